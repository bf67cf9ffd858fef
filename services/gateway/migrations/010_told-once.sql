-- What another participant said is known by its own id: a hub whose database was restored gives an index again, to another
-- statement, and gives a statement that it logs again another index. Of what is destroyed no id is left, and none is needed.
alter table told add column id uuid;
update told set id = case when statement = '' then md5('told ' || index)::uuid else
  (convert_from(decode(rpad(p, (length(p) + 3) / 4 * 4, '='), 'base64'), 'utf8')::json ->> 'id')::uuid end
  from (select index as at_index, translate(split_part(statement, '.', 2), '-_', '+/') as p from told) as payload
  where at_index = index;
alter table told drop constraint told_pkey, add primary key (type, participant, id);
drop index told_about;
create index told_about on told (about_id, at);
