"""What a schema consists of by PostgreSQL's catalogue: one line an object, to be compared with another database's."""

from psycopg import Connection

from deploy.platform.database.roles import OWNER

# kind, name, definition. Columns are compared by name: those of a later revision stand at the end of an older table.
OBJECTS = """
WITH relation AS (
    SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %(schema)s
)
SELECT 'schema', nspname, concat_ws(' ', nspowner::regrole, nspacl::text)
FROM pg_namespace WHERE nspname = %(schema)s
UNION ALL
SELECT 'relation', relname,
       concat_ws(' ', relkind, relpersistence, relowner::regrole, reloptions::text,
                 (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(relacl) AS acl)::text,
                 CASE WHEN relrowsecurity THEN 'walled' END, CASE WHEN relforcerowsecurity THEN 'forced' END)
FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
UNION ALL
SELECT 'column', relname || '.' || attname,
       concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END,
                 pg_get_expr(adbin, adrelid), attidentity, attgenerated,
                 NULLIF(attcollation, 0)::regcollation, attacl::text)
FROM relation JOIN pg_attribute a ON a.attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT 'constraint', relname || '.' || conname,
       concat_ws(' ', contype, pg_get_constraintdef(k.oid), CASE WHEN NOT convalidated THEN 'not validated' END)
FROM relation JOIN pg_constraint k ON k.conrelid = relation.oid
UNION ALL
SELECT 'index', relname, concat_ws(' ', pg_get_indexdef(indexrelid), CASE WHEN NOT indisvalid THEN 'invalid' END)
FROM relation JOIN pg_index ON indexrelid = relation.oid
UNION ALL
SELECT 'policy', relname || '.' || polname,
       concat_ws(' ', polcmd, polpermissive, polroles::regrole[]::text,
                 'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
FROM relation JOIN pg_policy ON polrelid = relation.oid
UNION ALL
SELECT 'trigger', relname || '.' || tgname, concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled)
FROM relation JOIN pg_trigger t ON tgrelid = relation.oid AND NOT tgisinternal
UNION ALL
SELECT 'function', proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       concat_ws(' ', pg_get_functiondef(p.oid), proowner::regrole, proacl::text)
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = %(schema)s
UNION ALL
SELECT 'sequence', relname,
       concat_ws(' ', format_type(seqtypid, NULL), seqstart, seqincrement, seqmax, seqmin, seqcycle)
FROM relation JOIN pg_sequence ON seqrelid = relation.oid
UNION ALL
SELECT 'type', typname, concat_ws(' ', typtype, typowner::regrole)
FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE n.nspname = %(schema)s
"""
DEFAULTS = "SELECT defaclobjtype::text, defaclacl::text FROM pg_default_acl WHERE defaclrole = %s::regrole ORDER BY 1"
KINDS = frozenset(
    "schema relation column constraint index policy trigger function sequence type default-privileges".split()
)
Objects = dict[tuple[str, str], str]


def objects_of(connection: Connection, schema: str) -> Objects:
    """Every object of a schema, by kind and name."""
    # Definitions leave the schema out only where it is searched.
    connection.execute("SELECT set_config('search_path', %s, true)", [schema])
    found = {(kind, name): text for kind, name, text in connection.execute(OBJECTS, {"schema": schema})}
    defaults = {("default-privileges", kind): text for kind, text in connection.execute(DEFAULTS, [OWNER])}
    return found | defaults
