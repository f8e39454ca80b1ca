namespace Escale.Accounts.Storage;

/// <summary>The audit log, one-time links and API tokens.</summary>
internal static partial class AccountsSchema
{
    // The head's row is what writers wait for, so that each entry follows the one before it; and it tells when the newest entries are gone.
    private const string Audit = """
        create table audit (
          number bigint primary key,
          at timestamptz not null,
          person_id text,
          person text not null,
          token text,
          address text not null,
          action text not null,
          subject text not null,
          succeeded boolean not null,
          detail text,
          hash bytea not null);
        create index audit_at on audit (at);
        create index audit_action on audit (action, number);

        create table audit_head (
          only_one boolean primary key default true check (only_one),
          number bigint not null,
          hash bytea not null);
        insert into audit_head (number, hash) values (0, '');

        create function audit_only_grows() returns trigger language plpgsql as $$
          begin raise exception 'the audit log only grows'; end $$;
        create trigger audit_only_grows before update or delete or truncate on audit for each statement execute function audit_only_grows();
        create trigger audit_head_stays before delete or truncate on audit_head for each statement execute function audit_only_grows();
        """;

    private const string Links = """
        create table links (
          id text primary key,
          kind text not null check (kind in ('invitation', 'password')),
          hash bytea not null unique,
          email text not null,
          role text check (role in ('Viewer', 'Analyst', 'Engineer', 'Admin')),
          person_id text references people (id) on delete cascade,
          made_by text not null,
          made_at timestamptz not null,
          ends_at timestamptz not null,
          used_at timestamptz);
        create index links_person_id on links (person_id);
        """;

    private const string Tokens = """
        create table tokens (
          id text primary key,
          prefix text not null unique,
          hash bytea not null,
          person_id text not null references people (id) on delete cascade,
          name text not null,
          scopes text[] not null,
          made_at timestamptz not null,
          ends_at timestamptz not null,
          last_used_at timestamptz,
          revoked_at timestamptz);
        create index tokens_person_id on tokens (person_id);
        """;
}
