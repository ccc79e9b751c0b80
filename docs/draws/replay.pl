#!/usr/bin/perl
# Replays a draw of appointments from its published files alone:
#     perl replay.pl FOLDER
# FOLDER holds announcement.txt, entries.txt, beacon.bin and result.txt. The list is printed, and the exit code is 0,
# where it is the published one bit for bit. This is a second implementation, written from docs/how-to/replay-a-draw.md;
# it needs perl-base, which every Debian has, and no module: SHA-256 is computed below (FIPS 180-4).
use strict;
use warnings;

sub fail { print STDERR "not the published draw: $_[0]\n"; exit 1 }

sub content {
    open my $file, '<:raw', "$ARGV[0]/$_[0]" or fail("$_[0]: $!");
    local $/;
    return scalar <$file> // '';
}

my (@K, @H0);    # The fractional parts of cube and square roots of the first primes, found by integer bisection.
sub root {       # floor(prime ** (1/power) * 2**32) modulo 2**32, exact: numbers are lists of 16-bit limbs.
    my ($prime, $power) = @_;
    my ($low, $high) = (0, 20 * 2**32);
    while ($high - $low > 1) {
        my $middle = int(($low + $high) / 2);
        my @product = (1);
        @product = times_limbs(\@product, $middle) for 1 .. $power;
        my @target = ((0) x (2 * $power), $prime);
        if (compare(\@product, \@target) <= 0) { $low = $middle } else { $high = $middle }
    }
    return $low & 0xffffffff;
}
sub times_limbs {
    my ($limbs, $number) = @_;
    my ($carry, @result) = (0);
    for my $limb (@$limbs) { $carry += $limb * $number; push @result, $carry & 0xffff; $carry >>= 16 }
    while ($carry) { push @result, $carry & 0xffff; $carry >>= 16 }
    return @result;
}
sub compare {
    my ($left, $right) = @_;
    for my $place (reverse 0 .. ($#$left > $#$right ? $#$left : $#$right)) {
        my $order = ($left->[$place] // 0) <=> ($right->[$place] // 0);
        return $order if $order;
    }
    return 0;
}
for my $number (2 .. 311) {
    next if grep { $number % $_ == 0 } 2 .. sqrt $number;
    push @K, root($number, 3);
    push @H0, root($number, 2) if @H0 < 8;
}

sub rotate { return (($_[0] >> $_[1]) | ($_[0] << (32 - $_[1]))) & 0xffffffff }
sub sha256 {
    my ($message) = @_;
    my $bits = 8 * length $message;
    $message .= "\x80" . "\0" x ((55 - length $message) % 64) . pack 'NN', $bits >> 32, $bits & 0xffffffff;
    my @h = @H0;
    for (my $at = 0; $at < length $message; $at += 64) {
        my @w = unpack 'N16', substr $message, $at, 64;
        for my $t (16 .. 63) {
            my ($x, $y) = @w[$t - 15, $t - 2];
            my $s0 = rotate($x, 7) ^ rotate($x, 18) ^ ($x >> 3);
            my $s1 = rotate($y, 17) ^ rotate($y, 19) ^ ($y >> 10);
            $w[$t] = ($w[$t - 16] + $s0 + $w[$t - 7] + $s1) & 0xffffffff;
        }
        my ($a, $b, $c, $d, $e, $f, $g, $i) = @h;
        for my $t (0 .. 63) {
            my $s1 = rotate($e, 6) ^ rotate($e, 11) ^ rotate($e, 25);
            my $one = $i + $s1 + (($e & $f) ^ (~$e & $g)) + $K[$t] + $w[$t];
            my $two = (rotate($a, 2) ^ rotate($a, 13) ^ rotate($a, 22)) + (($a & $b) ^ ($a & $c) ^ ($b & $c));
            ($i, $g, $f, $e) = ($g, $f, $e, ($d + $one) & 0xffffffff);
            ($d, $c, $b, $a) = ($c, $b, $a, ($one + $two) & 0xffffffff);
        }
        my @add = ($a, $b, $c, $d, $e, $f, $g, $i);
        $h[$_] = ($h[$_] + $add[$_]) & 0xffffffff for 0 .. 7;
    }
    return join '', map { sprintf '%08x', $_ } @h;
}

my ($announcement, $entries, $beacon, $published) = map { content($_) } qw(announcement.txt entries.txt beacon.bin result.txt);
my (%fact, @slots);
for (split /\n/, $announcement) {
    my ($name, @values) = split / /;
    if ($name eq 'slot') { push @slots, {at => $values[0], day => $values[1], free => $values[2]} } else { $fact{$name} = "@values" }
}
my ($seed) = $published =~ /^seed (\S+)$/m or fail('result: no seed');
fail('seed: another than the one committed to') if sha256($seed) ne $fact{commitment};
my ($head, @lines) = split /\n/, $entries;
fail('entries: of another announcement') if ($head // '') ne 'announcement ' . sha256($announcement);
my $mixed = sha256(join '', map { "$_\n" } $seed, sha256($beacon), sha256($entries));

my @entries;
for (@lines) {
    my (undef, $ticket, $people, $lost, $urgent, $first, $last) = split / /;
    my $counted = $lost < $fact{'lost-most'} ? $lost : $fact{'lost-most'};
    my $chances = 1 + $fact{'lost-weight'} * $counted + ($urgent ? $fact{'urgent-weight'} : 0);
    my ($score) = sort map { sha256("$mixed:$ticket:$_") } 0 .. $chances - 1;
    push @entries, {ticket => $ticket, people => $people, first => $first, last => $last, score => $score};
}
my ($rank, @result) = (0, 'entries ' . sha256($entries), 'beacon ' . sha256($beacon), "seed $seed", "mixed $mixed");
for my $entry (sort { $a->{score} cmp $b->{score} or $a->{ticket} cmp $b->{ticket} } @entries) {
    my @seating;
    for my $start (0 .. $#slots) {
        my $day = $slots[$start]{day};
        next if $day lt $entry->{first} or $day gt $entry->{last};
        my ($left, @taken) = ($entry->{people});
        for my $slot (@slots[$start .. $#slots]) {
            last if !$left or $slot->{day} ne $day or !$slot->{free};
            my $share = $left < $slot->{free} ? $left : $slot->{free};
            push @taken, [$slot, $share];
            $left -= $share;
        }
        next if $left;
        $_->[0]{free} -= $_->[1] for @taken;
        @seating = map { "$_->[0]{at}*$_->[1]" } @taken;
        last;
    }
    $rank++;
    push @result, "rank $rank $entry->{ticket} $entry->{score} " . (join(',', @seating) || '-');
}
my $result = join '', map { "$_\n" } @result;
fail('result: another list follows from the files') if $result ne $published;
print $result;
