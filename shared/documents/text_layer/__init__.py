"""PROTO"""
import unicodedata
from typing import Any
from shared.documents.text_layer import shaping, codes
from shared.documents.text_layer.order import *
LRM, RLM, PDI = "\u200e", "\u200f", "\u2069"
MANY = RLM*8
import pydyf

class State:
    def __init__(self):
        self.left=self.right=self.y=0.0; self.size=0.0; self.kind=None; self.bidi=None; self.fresh=True
        self.balance=0; self.space=False; self.prev=None; self.breaks=0; self.font=None

original=None
def install():
    global original
    from weasyprint.draw import text
    if original is None:
        original=text.draw_first_line
        text.draw_first_line=draw_line

def draw_line(stream, textbox, text_overflow, block_ellipsis, matrix):
    if not textbox.text.strip(): 
        # keep spaces out as WeasyPrint does
        return []
    if textbox.style['font_size'] < 1e-6: return []
    if text_overflow=='ellipsis' or block_ellipsis!='none':
        return original(stream, textbox, text_overflow, block_ellipsis, matrix)
    x,y=matrix.values[4:]
    found=shaping.clusters(stream, textbox, x)
    if found is None:
        return original(stream, textbox, text_overflow, block_ellipsis, matrix)
    Line(stream, y, textbox.style['direction']=='rtl').write(tokens(found), textbox.text)
    return []

class Line:
    def __init__(self, stream, y, rtl):
        self.stream=stream; self.y=y; self.rtl=rtl
        if not hasattr(stream,'reading'): stream.reading=State()
        self.s=stream.reading
        self.shapes=[]; self.prev=None; self.opened=False; self.first=True
    def write(self, toks, whole):
        if not toks: return
        s=self.s
        left=min(t.left for t in toks); right=max(t.right for t in toks)
        size=toks[0].glyphs[0].size
        text="".join(t.text for t in toks)
        for letter in text:
            k=unicodedata.bidirectional(letter); s.balance+= 1 if k=='L' else -1 if k in ('R','AL') else 0
        s.font=s.font or toks[0].glyphs[0].font
        m=self.stream.ctm
        pl,py=m.transform_point(left,self.y); pr,_=m.transform_point(right,self.y)
        near = .5*size*.75
        band = s.kind is not None and abs(py-s.y) < max(size,s.size)*.75*.9
        flow=None
        if band and abs(py-s.y)<.5:
            if abs(pr-s.left)<near: flow='rtl'
            elif abs(pl-s.right)<near: flow='ltr'
        kind='R' if self.rtl else 'L'
        if flow:
            gap=abs(pr-s.left) if flow=='rtl' else abs(pl-s.right)
            wide=gap>.12*size*.75
            toks[0].spaced = toks[0].spaced or s.space or wide or whole[:1].isspace()
            self.prev=s.prev
        multi=segments(text.strip())>1
        alone=False
        if not s.fresh and band:
            if flow is None: self.far(toks[0])
            elif flow=='ltr' and not (kind=='L' and s.kind in('L','M') and not is_right(text)): self.far(toks[0])
            elif flow=='rtl' and kind=='L' and multi: self.far(toks[0]); alone=True
            elif flow=='rtl' and s.kind=='M': self.far(toks[0])
        if not band: s.bidi=None
        if self.rtl:
            if flow=='rtl' and s.kind in('L','M') and not s.bidi:
                self.mark(toks[0], RLM, right+.01*size)
            if flow=='rtl' and wide and not s.space:
                pass
            self.right_tokens(toks)
        elif flow=='rtl':
            if alone or multi:
                self.mark(toks[0],RLM,right+.01*size)
                self.left_tokens(toks)
                self.mark(toks[0],RLM,left-.02*size)
                if alone: self.far(toks[0])
            else:
                self.right_tokens(toks)
        else:
            self.left_tokens(toks)
        s.left,s.right,s.y,s.size=pl,pr,py,size
        s.space=whole[-1:].isspace(); s.prev=self.prev if self.rtl or flow=='rtl' else 'run'
        s.kind=kind if kind=='R' or not multi else 'M'
        if self.shapes: self.draw_shapes()
    def right_tokens(self,toks):
        for t,f in zip(toks,toks[1:]+[None]): self.right_token(t,f)
    def left_tokens(self,toks):
        for t in toks:
            r = t.kind!='run'
            if r and not self.s.fresh and not getattr(self,'inr',False): self.far(t)
            if not r and getattr(self,'inr',False): self.far(t)
            self.inr=r
            if r: self.right_token(t)
            else: self.show(t.glyphs)
        t=toks[-1]
        text=t.text.rstrip()
        if text and not ends_left(text) and t.kind=='run':
            self.mark(t,LRM,t.right)
        self.s.bidi=0
    def right_token(self,t,following=None):
        s=self.s
        seen=[g for g in t.glyphs if g.text]
        after=following is not None and following.spaced and following.kind!='word' or following is None and t.ends_spaced
        if t.kind=='word':
            if t.spaced and self.prev not in (None,'word') and not self.opened: seen[-1].text+=' '
            if following is not None and following.spaced and following.kind in('bracket','sign'):
                seen[0].text=RLM+' '+seen[0].text
        elif t.kind=='run':
            if t.spaced and self.prev and not self.opened: seen[0].text=LRM+' '+seen[0].text
            if following is not None and following.spaced and following.kind in('bracket','sign'): seen[-1].text+=' '
        elif t.spaced and self.prev and not self.opened and (self.prev in('bracket','sign') or self.first):
            seen[0].text=PDI+' '+seen[0].text
        self.prev=t.kind; self.opened=False; self.first=False
        if t.kind=='run' and segments(t.text)>1:
            if not s.fresh: self.far(t)
            self.mark(t,RLM,t.right); self.show(t.glyphs); self.mark(t,RLM,t.left-.02*t.glyphs[0].size); self.far(t)
            return
        if s.bidi: self.mark(t,LRM,4)
        if t.kind=='run': self.show(t.glyphs,RLM,RLM); s.bidi=1
        elif t.kind=='word': self.show(t.glyphs); s.bidi=1
        else: self.show(t.glyphs,RLM,LRM); s.bidi=0
    def gap(self,t,x):
        g=t.glyphs[0]; sp=self.space(g.font)
        self.tj(g.font,g.size,x,self.y,[(x,codes.code(g.font,sp,' '),g.font.widths[sp])]); self.s.bidi=0
    def space(self,font):
        f=codes.face(font); sp=f.font.getGlyphID(f.font.getBestCmap()[0x20])
        if sp not in font.widths: font.widths[sp]=round(f.font['hmtx'][f.font.getGlyphName(sp)][0]*1000/font.upem)
        return sp
    def mark(self,t,text,x):
        g=t.glyphs[0]
        self.tj(g.font,g.size,x,self.y,[(x,self.nothing(g.font,text),0)])
        self.s.bidi = 1 if text[0]==RLM else 0
    def nothing(self,font,text):
        f=codes.face(font); font.widths.setdefault(f.nothing,0)
        return codes.code(font,f.nothing,text)
    def far(self,t):
        self.opened=True; s=self.s; g=t.glyphs[0]; s.breaks+=1
        if self.stream.ctm.values[1]: return
        up = self.y > g.size*8
        y=self.y+(-1 if up else 1)*(g.size*(3+.6*(s.breaks%6)))
        sp=self.space(g.font); c=(codes.code(g.font,sp,RLM+' '),g.font.widths[sp])
        self.tj(g.font,g.size,4,y,[(4,*c),(4+g.size*c[1]/1000,*c)])
        s.fresh=True; s.bidi=None
    def show(self,glyphs,before='',after=''):
        self.s.fresh=False
        items=[]; 
        font=glyphs[0].font; size=glyphs[0].size
        rise=None; groups=[]
        for g in glyphs:
            if g.text is None: self.shapes.append(g); continue
            if rise is None or g.rise!=rise: groups.append([]); rise=g.rise
            groups[-1].append(g)
        for i,gr in enumerate(groups):
            items=[]
            for g in gr:
                items+=[(g.left,self.nothing(font,mk),0) for mk in g.marks]+[(g.left,codes.code(font,g.number,g.text),font.widths[g.number])]
            if before and i==0: items.insert(0,(gr[0].left,self.nothing(font,before),0))
            if after and i==len(groups)-1: items.append((gr[-1].right,self.nothing(font,after),0))
            self.tj(font,size,gr[0].left,self.y+gr[0].rise,items)
    def tj(self,font,size,x,y,items):
        st=self.stream
        st.set_text_matrix(1,0,0,-1,x,y); st.set_font_size(font.hash,size)
        pen=x; out='<'
        for left,code,width in items:
            gap=round((pen-left)*1000/size)
            if gap:
                out = (out[:-1] if out.endswith('<') and len(out)==1 else out+'>')+f'{gap}<'; pen-=gap*size/1000
            out+=f'{code:04x}'; pen+=width*size/1000
        st.show_text(out+'>')
    def draw_shapes(self):
        st=self.stream; st.end_text()
        for g in self.shapes:
            f=codes.face(g.font); k=g.size/g.font.upem
            P=lambda p:(round(g.left+p[0]*k,3),round(self.y+g.rise-p[1]*k,3))
            for op,pts in f.shape(g.number):
                pts=[P(p) for p in pts]
                if op=='move': st.move_to(*pts[0])
                elif op=='line': st.line_to(*pts[0])
                elif op=='curve': st.curve_to(*pts[0],*pts[1],*pts[2])
                else: st.close()
            st.fill()
        st.begin_text()

def finish(document,pdf):
    from weasyprint.pdf.stream import Stream
    for o in list(pdf.objects):
        if isinstance(o,Stream) and hasattr(o,'reading') and o.reading.font:
            s=o.reading; n=(s.balance+16)//8+1
            if s.balance+16>0:
                f=s.font; c=codes.code(f,codes.face(f).nothing,MANY)
                o.stream.append(f'/Artifact BMC BT 1 0 0 -1 20 20 Tm /{f.hash} 8 Tf [<{f"{c:04x}"*n}>] TJ ET EMC'.encode())
    for o in list(pdf.objects):
        if isinstance(o,pydyf.Dictionary) and o.get('CIDToGIDMap')=='/Identity':
            font=next(f for f in document.fonts.values() if f.name==o['BaseFont'])
            fur=getattr(font,'further',{})
            if fur:
                n=max(fur)+1
                a=bytearray(2*n)
                for i in range(font.glyph_count): a[2*i:2*i+2]=i.to_bytes(2,'big')
                for c,g in fur.items(): a[2*c:2*c+2]=g.to_bytes(2,'big')
                st=pydyf.Stream([bytes(a)],compress=True); pdf.add_object(st); o['CIDToGIDMap']=st.reference
