-- What tables must not hold together, a query a rule, with a blank line between two. Each yields path, line, column, cell and
-- message of a problem; in the tables, all cells are texts, _path and _line say where a row stands, _file is the name of its file,
-- and rowid counts the rows in their order: _line does not, of rows that a workbook brings; files has the first path of each table.

-- 万吨 is ten thousand times 吨: another factor makes every amount in it wrong.
WITH plain AS (
  SELECT *, ltrim(unit, '万亿') AS stem,
    factor / CASE substr(unit, 1, 1) WHEN '万' THEN 1e4 WHEN '亿' THEN 1e8 ELSE 1.0 END AS of_stem
  FROM units
)
SELECT _path, _line, 'factor', factor, 'does not fit the same unit with or without 万 (10,000) or 亿 (100,000,000)'
FROM plain
WHERE stem IN (
  SELECT stem FROM plain GROUP BY stem
  HAVING count(DISTINCT printf('%.6g', of_stem)) > 1 OR count(DISTINCT dimension) > 1 OR count(DISTINCT standard_unit) > 1
);

-- A targets file is named after the place that its rows belong to.
SELECT targets._path, targets._line, 'document', '',
  'belongs to ' || jurisdiction || '; this file holds the documents of ' || targets._file
FROM targets JOIN documents ON documents.id = targets.document
WHERE jurisdiction != targets._file;

-- What was read has the words of each target.
SELECT targets._path, targets._line, 'quote', '',
  'is empty; a target of a document that was read (access full_text or partial) has the words that prove it'
FROM targets JOIN documents ON documents.id = targets.document
WHERE quote = '' AND access IN ('full_text', 'partial');

-- Each focus jurisdiction has one document that was read, whole or in part.
SELECT places._path, places._line, 'role', '',
  places.id || ' has ' || count(read.id) || ' documents with access full_text or partial; a focus place has one'
FROM jurisdictions AS places
LEFT JOIN documents AS read ON read.jurisdiction = places.id AND read.access IN ('full_text', 'partial')
WHERE places.role = 'focus'
GROUP BY places.id HAVING count(read.id) != 1;

-- No two places look alike on a chart, which has their English names with the year of issue.
WITH labels AS (
  SELECT places._path, places._line, places.name_en, lower(places.name_en) AS name, substr(min(read.issued), 1, 4) AS year
  FROM jurisdictions AS places
  LEFT JOIN documents AS read ON read.jurisdiction = places.id AND read.access IN ('full_text', 'partial')
  GROUP BY places.id
)
SELECT _path, _line, 'name_en', name_en,
  'and year of issue are another place''s too, so that charts could not tell them apart; write the district or province into name_en'
FROM labels
WHERE (name, ifnull(year, '')) IN (SELECT name, ifnull(year, '') FROM labels GROUP BY 1, 2 HAVING count(*) > 1);

-- What is above a place or a subject ends somewhere: there are no ten levels of either.
WITH RECURSIVE parents AS (
  SELECT _path, _line, 'place' AS kind, id, parent FROM jurisdictions
  UNION ALL SELECT _path, _line, 'subject', id, parent FROM subjects
),
above (_path, _line, kind, id, parent, steps) AS (
  SELECT *, 1 FROM parents
  UNION ALL SELECT above._path, above._line, kind, above.id, parents.parent, steps + 1
  FROM above JOIN parents USING (kind)
  WHERE parents.id = above.parent AND steps < 10
)
SELECT _path, _line, 'id', id, 'goes up in a circle of parents' FROM above WHERE steps = 10 AND parent != '';

-- A plan that has a target on an indicator is not silent on it.
SELECT _path, _line, 'status', status, 'is silent next to a target of the same indicator; delete this row'
FROM gaps
WHERE status = 'silent' AND (document, indicator) IN (SELECT document, indicator FROM targets);

-- Each focus jurisdiction that was read whole has, for each headline indicator, a target or a gap.
WITH covered AS (
  SELECT jurisdiction, indicator FROM gaps
  UNION
  SELECT jurisdiction, indicator FROM targets JOIN documents ON documents.id = targets.document
),
missing AS (
  SELECT places.id AS place, indicators.id AS indicator
  FROM jurisdictions AS places
  JOIN documents ON documents.jurisdiction = places.id AND documents.access = 'full_text'
  JOIN indicators ON indicators.headline != ''
  WHERE places.role = 'focus' AND (places.id, indicators.id) NOT IN covered
  ORDER BY places.rowid, indicators.rowid
)
SELECT (SELECT path FROM files WHERE name = 'gaps'), 0, 'indicator', '',
  place || ' has neither a target nor a gap for ' || group_concat(indicator, ', ')
    || '; add each, or give the document access partial where only a part of the plan was had'
FROM missing GROUP BY place;
