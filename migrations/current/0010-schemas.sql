--! Message: initial schema

-- app_public  is the API: PostGraphile shows it.
-- app_hidden  is callable by a visitor but not shown: policies and mutations use it.
-- app_private is for the owner: the webhook receiver, the sender, the chatbot task.
drop schema if exists app_public cascade;
drop schema if exists app_hidden cascade;
drop schema if exists app_private cascade;

create schema app_public;
create schema app_hidden;
create schema app_private;

-- Begin by taking away. The second line has to be global: the per-schema form
-- cannot remove Postgres's own default.
revoke all on schema public from public;
alter default privileges revoke execute on functions from public;

grant usage on schema app_public, app_hidden to parley_visitor;
grant usage on schema app_hidden to parley_authenticator;
-- app_private: no grant, on purpose.

-- bcrypt for passwords, sha256 for refresh tokens. Kept out of reach of visitors.
create extension if not exists pgcrypto with schema app_private;
