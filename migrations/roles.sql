-- The two roles that Parley needs beside the owner. Roles belong to the whole
-- server, not to one database, so they are made outside the migrations:
-- `parley migrate` runs this file first. Run it by hand, as a role that may
-- create roles, where the owner of the database may not.
do $$
begin
  -- What a signed-in person is. Every grant and policy names it; nobody logs in as it.
  if not exists (select from pg_catalog.pg_roles where rolname = 'parley_visitor') then
    create role parley_visitor nologin;
  end if;

  -- What the API logs in as. It may do nothing but sign people in and become the
  -- visitor for the length of a transaction; noinherit, so that forgetting to
  -- become the visitor shows nothing instead of everything.
  if not exists (select from pg_catalog.pg_roles where rolname = 'parley_authenticator') then
    create role parley_authenticator login noinherit;
  end if;

  if not exists (
    select from pg_catalog.pg_auth_members m
    where m.roleid = 'parley_visitor'::regrole and m.member = 'parley_authenticator'::regrole
  ) then
    grant parley_visitor to parley_authenticator;
  end if;

  -- So that the owner can look at things as a visitor does (set role parley_visitor).
  if not exists (
    select from pg_catalog.pg_auth_members m
    where m.roleid = 'parley_visitor'::regrole and m.member = current_user::regrole
  ) then
    begin
      execute format('grant parley_visitor to %I', current_user);
    exception
      when insufficient_privilege then null; -- somebody else made the roles; nothing depends on it
    end;
  end if;
exception
  when unique_violation or duplicate_object then null; -- another database of this server was quicker
end;
$$;
