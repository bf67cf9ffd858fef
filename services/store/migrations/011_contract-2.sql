-- Version 2 of the contract. A revocation holds no content: `marks` is the entry whose content marks it (who may see it, whether it
-- names a victim). The statement of such an entry stays when the content is destroyed, with the salt that proves it.
alter table entry add column marks bigint references entry (index);

-- Whether the newest version of a notice that still has content, or marks it, was logged so long ago that the content may be destroyed.
create or replace function is_past_floor(of_issuer text, of_id uuid) returns boolean language sql stable as $$
  select e.time <= retention_clock() - days(retention_floor(names_victim(coalesce(m.disclosures, e.disclosures))))
  from entry e left join entry m on m.index = e.marks and m.issuer = e.issuer and m.id = e.id
  where e.issuer = of_issuer and e.id = of_id and e.event = 'notice' and e.destroyed_at is null order by e.version desc limit 1
$$;
