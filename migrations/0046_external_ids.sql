-- Ids by which other systems know a contact: the scope names the system, and a contact may have several in one.

alter table contact_identities drop constraint contact_identities_kind_check;
alter table contact_identities
  add constraint contact_identities_kind_check check (kind in ('phone', 'bsuid', 'parent_bsuid', 'external_id')),
  add constraint contact_identities_external_check check (kind <> 'external_id' or length(scope) between 1 and 50);
