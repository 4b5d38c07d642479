-- The figures of the findings, worked out once more.
--
-- Each page opens with findings. Every query below answers one cell of them, from the raw columns alone:
--
--     lantian export lantian.sqlite
--     sqlite3 lantian.sqlite < sql/answers.sql
--
-- A query is named after its notebook and the cell, which is also its address: `01_coal finding` is the first finding of
-- 01_coal.html. Its columns are named after what stands there: "later" is the value for {later}, "figure:cap" that for
-- {figure:cap}. Where a sentence names a row by its id, as {yuyao-pm25-2020}, the queries `targets` and `gaps` at the end
-- have its amount, date, place and the rest; `degrees` and `levels` list what compares. To run one query, first run all that
-- stands before the first finding.
--
-- Lists are in the order of the page, parted by "; ". Where the page has "none" the query has 0, or nothing at all; where
-- it words a code, the query has the code.
--
-- How two targets compare follows the rules of the library and the table `differences`; it is worked out here too. One figure
-- is in no table: the auditors judged 26 fields of each row (08_evidence finding-readings).

-- --------------------------------------------------------------------------------------------------------- the views

-- The plans compared, in the order of the pages; a date of issue that is inferred has a question mark. A plan may have been
-- read in part: its access is `partial` then.
CREATE TEMP VIEW plan AS
SELECT j.id, j.name_en AS place, j.name_zh, j."order" AS place_order, d.issued, d.missing_parts, d.access,
  j.name_en || ' (' || substr(d.issued, 1, 4) || CASE WHEN d.issued LIKE '%?' THEN '?' ELSE '' END || ')' AS label
FROM jurisdictions AS j JOIN documents AS d ON d.jurisdiction = j.id AND d.access IN ('full_text', 'partial')
WHERE j.role = 'focus';

-- All targets, with their place, subject, and the value in the standard unit.
CREATE TEMP VIEW target AS
SELECT t.*, t.value * u.factor AS amount, t.value_max * u.factor AS amount_max, u.dimension, u.standard_unit,
  u.label_en AS unit_label, d.jurisdiction, d.issued, d.access, j.name_en AS place, j.role, j.level,
  i.name_en AS indicator_name, i.theme, i.headline, i.better, i.extensive
FROM targets AS t
JOIN documents AS d ON d.id = t.document
JOIN jurisdictions AS j ON j.id = d.jurisdiction
JOIN indicators AS i ON i.id = t.indicator
LEFT JOIN units AS u ON u.unit = t.unit;

-- The targets of the plans compared.
CREATE TEMP VIEW mine AS
SELECT target.*, plan.label, plan.place_order FROM target JOIN plan ON plan.id = target.jurisdiction
WHERE target.access IN ('full_text', 'partial');

-- The amount and date of each target, as a page prints them. A fall is printed without its sign: "at most -20 %" is "at
-- least 20 % below". By the first of a month is before it. Acts have no amount.
CREATE TEMP VIEW worded AS
WITH part AS (
  SELECT *,
    CASE WHEN kind = 'change' AND amount < 0
      THEN CASE operator WHEN '<=' THEN 'at least ' WHEN '>=' THEN 'at most ' WHEN '<' THEN 'more than '
        WHEN '>' THEN 'less than ' WHEN '~' THEN 'about ' ELSE '' END
      ELSE CASE operator WHEN '<=' THEN 'at most ' WHEN '>=' THEN 'at least ' WHEN '~' THEN 'about '
        WHEN '<' THEN CASE WHEN kind = 'change' OR is_cut THEN 'less than ' ELSE 'below ' END
        WHEN '>' THEN CASE WHEN kind = 'change' OR is_cut THEN 'more than ' ELSE 'above ' END ELSE '' END END AS bound,
    CASE WHEN amount < 0 THEN 'below ' ELSE 'above ' END || baseline_year AS side,
    CASE WHEN timing = 'in' AND deadline IS NOT NULL THEN 'on ' WHEN timing = 'by' AND deadline LIKE '%-01' THEN 'before '
      WHEN timing = 'every_year' THEN 'from ' WHEN timing = 'none' THEN '' ELSE timing || ' ' END AS preposition
  FROM (SELECT *, kind = 'amount' AND better = 'lower' AS is_cut FROM target)
)
SELECT id,
  CASE WHEN value_basis = 'reference' THEN CASE operator WHEN '>' THEN 'higher than' WHEN '<' THEN 'less than'
      WHEN '>=' THEN 'no less than' WHEN '=' THEN 'the same as' WHEN '~' THEN 'about the same as' ELSE 'no more than' END
      || ' in ' || baseline_year
    WHEN value_basis = 'word' THEN 'a number in words'
    WHEN amount IS NULL OR kind = 'change' AND amount = 0 AND baseline_year IS NULL THEN NULL
    WHEN dimension = 'frequency' THEN CASE WHEN value <> 1 THEN bound || value || ' ' || unit_label END
    WHEN kind = 'ratio' THEN bound || value || coalesce(' to ' || value_max, '') || ' for 1'
    WHEN kind = 'change' AND amount = 0 THEN 'no growth against ' || baseline_year
    ELSE CASE WHEN is_cut THEN 'cut by ' ELSE '' END || bound || abs(amount)
      || coalesce(' to ' || abs(amount_max), '') || coalesce(' ' || nullif(standard_unit, '1'), '')
      || CASE WHEN kind = 'change' THEN coalesce(' ' || side, '') ELSE '' END END AS amount,
  preposition || CASE WHEN timing = 'every_year' THEN target_year ELSE coalesce(deadline, target_year) END AS date
FROM part;

-- How firmly words bind, from the firmest.
CREATE TEMP VIEW firmness(strength, rank) AS
VALUES ('mandated', 0), ('plain', 1), ('hedged', 2), ('aspirational', 3);

-- The targets by how firm they are: of the core, by nature and words; and where several are as firm, the existing stock before
-- purchases, the whole area before a part, the latest year, a figure before words.
CREATE TEMP VIEW ranked AS
SELECT mine.*, row_number() OVER (
  ORDER BY core = 'no',
    CASE nature WHEN 'binding' THEN 0 WHEN 'indicative' THEN 1 ELSE 2 END,
    firmness.rank,
    CASE base WHEN 'stock' THEN 0 WHEN 'new_or_replaced' THEN 2 WHEN 'new' THEN 3 ELSE 1 END,
    area <> 'whole', -coalesce(target_year, 0),
    CASE value_basis WHEN 'figure' THEN 0 WHEN 'word' THEN 1 WHEN 'reference' THEN 2
      ELSE CASE WHEN target_year IS NULL THEN 4 ELSE 3 END END,
    id
) AS place_by_firmness
FROM mine JOIN firmness ON firmness.strength = mine.strength;

-- For each plan and subject the target that a cell of the overview shows; its firmest level, or level in figures. SQLite takes
-- the other columns from the row of the minimum.
CREATE TEMP VIEW firmest AS
SELECT *, min(place_by_firmness) FROM ranked GROUP BY jurisdiction, indicator;
CREATE TEMP VIEW cap AS
SELECT *, min(place_by_firmness) FROM ranked WHERE kind = 'level' GROUP BY jurisdiction, indicator;
CREATE TEMP VIEW cap_in_figures AS
SELECT *, min(place_by_firmness) FROM ranked WHERE kind = 'level' AND value_basis = 'figure' GROUP BY jurisdiction, indicator;

-- The cells of the overview: each plan and headline subject, with the number of its targets and what stands there if none:
-- of a plan read in part, that is `unread` unless the part has words for it.
CREATE TEMP VIEW cell AS
SELECT jurisdiction, place_order, indicator, indicator_name, headline, targets,
  CASE WHEN access = 'partial' AND coalesce(status, 'silent') = 'silent' THEN 'unread' ELSE status END AS gap
FROM (
  SELECT plan.id AS jurisdiction, plan.place_order, plan.access, i.id AS indicator, i.name_en AS indicator_name, i.headline,
    (SELECT count(*) FROM mine WHERE mine.jurisdiction = plan.id AND mine.indicator = i.id) AS targets,
    (SELECT g.status FROM gaps AS g JOIN documents AS d ON d.id = g.document
      WHERE d.jurisdiction = plan.id AND g.indicator = i.id ORDER BY g.id LIMIT 1) AS status
  FROM plan CROSS JOIN indicators AS i WHERE i.headline IS NOT NULL
);

-- All places above a place, with the number of steps up.
CREATE TEMP VIEW higher_place AS
WITH RECURSIVE up(id, higher, steps) AS (
  SELECT id, parent, 1 FROM jurisdictions WHERE parent IS NOT NULL
  UNION ALL
  SELECT up.id, j.parent, steps + 1 FROM up JOIN jurisdictions AS j ON j.id = up.higher WHERE j.parent IS NOT NULL
)
SELECT * FROM up;

-- Goals that measurements can be held against: same place, subject, area and year. A change needs two readings of one
-- series; a level or share is met when it is on the right side, by its operator, else by which side is better.
CREATE TEMP VIEW outcome AS
WITH reading AS (
  SELECT o.*, o.value * u.factor AS amount FROM observations AS o JOIN units AS u ON u.unit = o.unit
), measured AS (
  SELECT m.id, m.place, m.strength, m.operator, m.better, m.amount, ending.year, ending.amount AS reading,
    round(CASE m.kind WHEN 'change' THEN (ending.value / start.value - 1) * 100 ELSE ending.amount END, 9) AS found,
    round(min(m.amount, coalesce(m.amount_max, m.amount)), 9) AS least,
    round(max(m.amount, coalesce(m.amount_max, m.amount)), 9) AS most
  FROM mine AS m
  JOIN reading AS ending ON ending.jurisdiction = m.jurisdiction AND ending.indicator = m.indicator
    AND ending.area = m.area AND ending.subject IS m.subject AND ending.base IS m.base AND ending.year = m.target_year
  LEFT JOIN reading AS start ON m.kind = 'change' AND start.year = m.baseline_year
    AND start.jurisdiction = m.jurisdiction AND start.indicator = m.indicator AND start.area = m.area
    AND start.subject IS m.subject AND start.base IS m.base AND start.unit = ending.unit
    AND start.source = ending.source AND start.scope = ending.scope AND start.basis = ending.basis
  WHERE m.amount IS NOT NULL AND m.area <> 'named' AND m.subject_class IS NULL
    AND (m.kind = 'change' AND m.standard_unit = '%' AND start.value IS NOT NULL OR m.kind IN ('level', 'share') AND ending.unit = m.unit)
    AND m.operator IS NOT '~' AND (m.operator IN ('<=', '<', '>=', '>') OR m.better IN ('lower', 'higher'))
)
SELECT *, CASE
    WHEN operator = '<=' THEN found <= most WHEN operator = '<' THEN found < most
    WHEN operator = '>=' THEN found >= least WHEN operator = '>' THEN found > least
    WHEN better = 'lower' THEN found <= most ELSE found >= least END AS met
FROM measured;

-- What each plan asks of its fleets, by steps, and whether it only aims for that.
-- `stock` is the whole fleet on new energy, `new_energy` all purchases on it; `stock_or_clean` and `new_or_clean` count clean
-- fuels in; `share` less than that, `words` no target but words; `unread` is not known, the plan having been read in part.
CREATE TEMP VIEW step(number, name) AS
VALUES (7, 'stock'), (6, 'new_energy'), (5, 'stock_or_clean'), (4, 'new_or_clean'), (3, 'share'), (2, 'words'), (1, 'not addressed'),
  (0, 'unread');

CREATE TEMP VIEW fleet_step AS
SELECT jurisdiction, label, place, place_order, issued, id, strength = 'aspirational' AS aimed, CASE
    WHEN value IS NULL THEN 2
    WHEN value IS NOT 100 OR base IS NULL THEN 3
    WHEN indicator <> 'vehicles.new_or_clean' THEN CASE base WHEN 'stock' THEN 7 ELSE 6 END
    ELSE CASE base WHEN 'stock' THEN 5 ELSE 4 END END AS step
FROM mine WHERE indicator IN ('vehicles.new_energy', 'vehicles.new_or_clean', 'vehicles.electric', 'vehicles.battery_electric')
UNION ALL
SELECT plan.id, plan.label, plan.place, plan.place_order, plan.issued, min(g.id), 0,
  CASE WHEN max(g.status = 'qualitative') THEN 2
    WHEN plan.access = 'partial' AND coalesce(min(g.status = 'silent'), 1) THEN 0 ELSE 1 END
FROM plan JOIN documents AS d ON d.jurisdiction = plan.id
LEFT JOIN gaps AS g ON g.document = d.id AND g.indicator IN ('vehicles.new_energy', 'vehicles.new_or_clean', 'vehicles.electric', 'vehicles.battery_electric')
WHERE plan.id NOT IN (
  SELECT jurisdiction FROM mine WHERE indicator IN ('vehicles.new_energy', 'vehicles.new_or_clean', 'vehicles.electric', 'vehicles.battery_electric'))
GROUP BY plan.id;

-- The furthest step of each plan.
CREATE TEMP VIEW furthest AS
SELECT * FROM (
  SELECT fleet_step.*, row_number() OVER (PARTITION BY jurisdiction ORDER BY step DESC, id) AS rank FROM fleet_step
) WHERE rank = 1;

-- ------------------------------------------------------------------------------------------- how two targets compare

-- What a target states, as differences.csv takes it. An act or a ban has no figure, and its year is no part of it; an amount
-- that is `sized` grows with its place; `no_growth`, or a fall, in words has no size. A target without a subject is about that
-- which `subjects` names for its indicator.
CREATE TEMP TABLE stated AS
WITH ruled AS (
  SELECT t.*, CASE WHEN value_basis IS NULL AND kind IN ('deadline', 'standard') THEN 'act'
      WHEN value_basis = 'word' AND kind = 'share' THEN 'share in words'
      WHEN value_basis = 'reference' AND kind <> 'share' THEN 'level of a year' ELSE kind END AS rule,
    kind IN ('count', 'amount') AND dimension IS NOT 'frequency'
      OR kind = 'level' AND extensive = 'yes' AND value_basis IS NOT 'reference' AS sized,
    kind = 'change' AND value_basis IS 'word' AND value = 0 AS no_growth,
    coalesce(subject, (SELECT s.id FROM subjects AS s
      WHERE instr(';' || s.indicators || ';', ';' || t.indicator || ';')), '') AS about
  FROM target AS t
)
SELECT *, CASE kind WHEN 'change' THEN NOT no_growth ELSE value_basis IS NOT 'word' AND value > 1 END AS printed,
  rule IN ('act', 'ban') AS act, rule IN ('act', 'ban') OR kind = 'share' AND value IN (0, 100) AS all_or_none,
  CASE WHEN rule NOT IN ('act', 'ban') THEN coalesce(target_year, '') ELSE '' END AS year,
  CASE WHEN kind = 'change' AND amount < 0
    THEN CASE operator WHEN '<=' THEN '>=' WHEN '>=' THEN '<=' WHEN '<' THEN '>' WHEN '>' THEN '<' ELSE operator END
    ELSE operator END AS bound
FROM ruled;

-- The levels that changes imply, by the readings of their base year: the range of them, where there are several.
CREATE TEMP TABLE implied AS
SELECT t.id, min(o.value * u.factor) * (1 + min(t.amount, coalesce(t.amount_max, t.amount)) / 100) AS low,
  max(o.value * u.factor) * (1 + max(t.amount, coalesce(t.amount_max, t.amount)) / 100) AS high,
  min(u.dimension) AS dimension, group_concat(DISTINCT nullif(o.state, 'after')) AS state
FROM target AS t
JOIN observations AS o ON o.jurisdiction = t.jurisdiction AND o.indicator = t.indicator AND o.area = t.area
  AND o.subject IS t.subject AND o.base IS t.base AND o.year = t.baseline_year
JOIN units AS u ON u.unit = o.unit AND u.dimension <> t.dimension
WHERE t.kind = 'change' AND t.value_basis = 'figure' AND t.area <> 'named' AND t.subject_class IS NULL
GROUP BY t.id HAVING count(DISTINCT u.dimension) = 1;

-- The residents of the whole of a place, counted nearest to the census of 2020.
CREATE TEMP TABLE residents AS
SELECT jurisdiction, value FROM (
  SELECT *, row_number() OVER (PARTITION BY jurisdiction ORDER BY abs(year - 2020), year) AS rank FROM observations
  WHERE indicator = 'context.population' AND area = 'whole' AND subject IS NULL AND base IS NULL
) WHERE rank = 1;

-- The fields in which two targets should agree, one a row. Two targets are compared as they stand (`plain`), as levels, or
-- per resident; in the last two, what was converted is marked in `way`.
CREATE TEMP TABLE way AS
SELECT id, 'plain' AS way, min(amount, coalesce(amount_max, amount)) AS low, max(amount, coalesce(amount_max, amount)) AS high,
  0 AS converted FROM stated
UNION ALL SELECT id, 'level', amount, coalesce(amount_max, amount), 0 FROM stated WHERE kind = 'level' AND value_basis = 'figure'
UNION ALL SELECT id, 'level', low, high, 1 FROM implied
UNION ALL SELECT s.id, 'resident', amount / r.value, coalesce(amount_max, amount) / r.value, 1
FROM stated AS s JOIN residents AS r ON r.jurisdiction = s.jurisdiction
WHERE sized AND area = 'whole' AND amount IS NOT NULL;

CREATE TEMP TABLE field AS
WITH each AS (
  SELECT s.*, w.way, w.way = 'level' AND w.converted AS from_change, i.dimension AS read_dimension, i.state
  FROM stated AS s JOIN way AS w ON w.id = s.id LEFT JOIN implied AS i ON i.id = s.id
)
SELECT id, way, 'base' AS field, coalesce(base, '') AS value FROM each
UNION ALL SELECT id, way, 'area', area FROM each
UNION ALL SELECT id, way, 'exception', coalesce(exception, '') FROM each
UNION ALL SELECT id, way, 'strength', strength FROM each
UNION ALL SELECT id, way, 'kind', CASE WHEN from_change THEN 'level' ELSE rule END FROM each
UNION ALL SELECT id, way, 'subject', about FROM each
UNION ALL SELECT id, way, 'class', coalesce(subject_class, '') FROM each
UNION ALL SELECT id, way, 'frequency', timing = 'every_year' FROM each
UNION ALL SELECT id, way, 'year', year FROM each WHERE NOT act
UNION ALL SELECT id, way, 'unit', CASE WHEN from_change THEN read_dimension WHEN unit IS NULL THEN '' ELSE dimension END
  FROM each WHERE NOT act
UNION ALL SELECT id, way, 'day', coalesce(deadline, '') FROM each WHERE NOT act
UNION ALL SELECT id, way, 'source of the year', year_basis FROM each WHERE NOT act AND year_basis IS NOT NULL
UNION ALL SELECT id, way, 'timing', CASE timing WHEN 'in' THEN 'by' ELSE timing END
  FROM each WHERE NOT act AND timing IN ('in', 'by', 'from')
UNION ALL SELECT id, way, 'size', CASE way WHEN 'resident' THEN '' ELSE jurisdiction END
  FROM each WHERE sized OR from_change AND extensive = 'yes'
UNION ALL SELECT id, way, 'level of government', level FROM each WHERE NOT act AND theme = 'air'
UNION ALL SELECT id, way, 'operator', coalesce(CASE WHEN from_change THEN operator ELSE bound END, '') FROM each
  WHERE NOT act AND (from_change OR kind NOT IN ('ratio', 'change') OR printed)
UNION ALL SELECT id, way, 'bound', CASE WHEN printed THEN 'printed' ELSE coalesce(bound, '') END
  FROM each WHERE NOT act AND kind IN ('ratio', 'change') AND NOT from_change
UNION ALL SELECT id, way, 'base year', coalesce(baseline_year, CASE WHEN no_growth THEN 'the year before' ELSE '' END)
  FROM each WHERE NOT act AND (kind = 'change' OR value_basis IS 'reference') AND NOT from_change
UNION ALL SELECT id, way, 'source of the base year', coalesce(baseline_basis, CASE way WHEN 'level' THEN 'stated' ELSE '' END)
  FROM each WHERE NOT act AND (kind = 'change' OR value_basis IS 'reference' OR way = 'level')
UNION ALL SELECT id, way, 'reference state', coalesce(state, '') FROM each WHERE way = 'level';

-- The pairs that are judged: core targets of two plans on one indicator, and the goals of plans with the core goals of the
-- levels above that are meant for them. A goal for a named part of a level above is meant for a place only where it names
-- the place, a level between, or a key region in which the document has the place; limits and guidelines are no goals.
CREATE TEMP TABLE pair AS
SELECT one.id AS one, other.id AS other, NULL AS steps FROM mine AS one
JOIN mine AS other ON other.indicator = one.indicator AND other.jurisdiction <> one.jurisdiction AND other.id > one.id
WHERE one.core = 'yes' AND other.core = 'yes'
UNION ALL
SELECT one.id, high.id, h.steps FROM mine AS one
JOIN higher_place AS h ON h.id = one.jurisdiction
JOIN target AS high ON high.indicator = one.indicator AND high.jurisdiction = h.higher
WHERE high.core = 'yes' AND NOT (high.kind = 'standard' AND high.value_basis IS NOT NULL)
  AND NOT (one.level = 'county' AND high.subject IS 'prefecture_level_city')
  AND (high.area <> 'named'
    OR instr(high.statement_en, one.place)
    OR EXISTS (SELECT 1 FROM higher_place AS between_them JOIN jurisdictions AS j ON j.id = between_them.higher
      WHERE between_them.id = one.jurisdiction AND j.id <> high.jurisdiction AND instr(high.statement_en, j.name_en))
    OR EXISTS (SELECT 1 FROM key_regions AS k
      WHERE k.jurisdiction = one.jurisdiction AND k.document = high.document AND k.member = 'yes'
        AND (instr(high.statement_en, k.region)
          OR instr(replace(replace(high.statement_en, 'outside key', ''), '-', ' '), 'key region'))));

-- In what the two of a pair differ. Parts named by two places are never alike, nor are two base years that are not known.
-- How two years are known, and their days, goes with the years.
CREATE TEMP TABLE differing AS
SELECT p.one, p.other, a.way, a.field, a.value AS a, b.value AS b
FROM pair AS p JOIN field AS a ON a.id = p.one JOIN field AS b ON b.id = p.other AND b.way = a.way AND b.field = a.field
WHERE a.value <> b.value OR a.field = 'area' AND a.value = 'named' OR a.field = 'base year' AND a.value = ''
  OR a.field = 'source of the base year' AND a.value = 'ambiguous';
CREATE INDEX temp.differing_pair ON differing (one, other, way, field);
DELETE FROM differing WHERE field IN ('day', 'source of the year') AND EXISTS (SELECT 1 FROM differing AS d
  WHERE d.one = differing.one AND d.other = differing.other AND d.way = differing.way AND d.field = 'year');

-- Some fields are judged together where the table has a row for both: kind and class as a rule, subject and class as a thing.
INSERT INTO differing
SELECT x.one, x.other, x.way, l.field, trim(x.a || ' ' || c.a), trim(x.b || ' ' || c.b)
FROM differing AS x JOIN differing AS c ON c.one = x.one AND c.other = x.other AND c.way = x.way AND c.field = 'class'
JOIN differences AS l ON l.field = CASE x.field WHEN 'kind' THEN 'rule' WHEN 'subject' THEN 'thing' END
  AND (l.one = trim(x.a || ' ' || c.a) AND l.other = trim(x.b || ' ' || c.b)
    OR l.other = trim(x.a || ' ' || c.a) AND l.one = trim(x.b || ' ' || c.b));
DELETE FROM differing WHERE field IN ('kind', 'class', 'subject') AND EXISTS (SELECT 1 FROM differing AS d
  WHERE d.one = differing.one AND d.other = differing.other AND d.way = differing.way
    AND (d.field = 'rule' AND differing.field <> 'subject' OR d.field = 'thing' AND differing.field <> 'kind'));

-- A share of another thing in another area has another whole, unless both are of all or none.
INSERT INTO differing
SELECT s.one, s.other, s.way, 'area and subject', s.a, s.b
FROM differing AS s JOIN differing AS d ON d.one = s.one AND d.other = s.other AND d.way = s.way AND d.field = 'area'
JOIN stated AS one ON one.id = s.one JOIN stated AS other ON other.id = s.other
WHERE s.field = 'subject' AND one.rule IN ('share', 'share in words') AND other.rule IN ('share', 'share in words')
  AND NOT (one.all_or_none AND other.all_or_none);
UPDATE differing SET field = 'area of acts' WHERE field = 'area'
  AND (SELECT all_or_none FROM stated WHERE id = one) AND (SELECT all_or_none FROM stated WHERE id = other);
UPDATE differing SET field = 'year of purchases' WHERE field = 'year'
  AND (SELECT base FROM stated WHERE id = one) IN ('new', 'new_or_replaced')
  AND (SELECT base FROM stated WHERE id = other) IN ('new', 'new_or_replaced');

-- What each difference does, by differences.csv: the row for both, else that with * for one of the two, else for both. Of two
-- subjects one may lie within the other.
CREATE TEMP TABLE judged AS
WITH RECURSIVE broader(id, above) AS (
  SELECT id, parent FROM subjects WHERE parent IS NOT NULL
  UNION SELECT broader.id, s.parent FROM broader JOIN subjects AS s ON s.id = broader.above WHERE s.parent IS NOT NULL
), listed AS (
  SELECT field, coalesce(one, '') AS one, coalesce(other, '') AS other, kind, above FROM differences
), matching AS (
  SELECT d.*, l.kind, l.above, CASE
      WHEN l.one = d.a AND l.other = d.b OR l.one = d.b AND l.other = d.a THEN 0
      WHEN l.one = 'broader' AND (EXISTS (SELECT 1 FROM broader WHERE id = d.a AND broader.above = d.b)
        OR EXISTS (SELECT 1 FROM broader WHERE id = d.b AND broader.above = d.a)) THEN 1
      WHEN l.one = d.a AND l.other = '*' OR l.one = '*' AND l.other = d.a THEN 2
      WHEN l.one = '*' AND l.other = d.b OR l.one = d.b AND l.other = '*' THEN 3
      WHEN l.one = '*' AND l.other = '*' THEN 4 END AS fit
  FROM differing AS d JOIN listed AS l ON l.field = d.field
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY one, other, way, field ORDER BY fit) AS rank FROM matching WHERE fit IS NOT NULL
)
SELECT one, other, way, field, kind, CASE above WHEN a THEN 0 WHEN b THEN 1 END AS side FROM ranked WHERE rank = 1;

CREATE TEMP VIEW degree_name(number, name) AS
VALUES (0, 'same'), (1, 'direct'), (2, 'caveat'), (3, 'converted'), (4, 'ranked'), (5, 'no');

-- The degree of each pair, the strongest of its ways. Two that a
-- hard difference keeps apart have an order where each has the same one above, it is not the later, and both are of all or
-- none or are bounds in words.
CREATE TEMP TABLE degree AS
WITH counted AS (
  SELECT p.one, p.other, p.steps, w.way, w.converted + v.converted AS inputs,
    w.low IS v.low AND w.high IS v.high AS equal,
    s.all_or_none AND t.all_or_none AS all_or_none, s.year AS year, t.year AS other_year,
    (SELECT count(*) FROM judged AS j WHERE j.one = p.one AND j.other = p.other AND j.way = w.way AND kind = 'hard') AS hard,
    (SELECT count(*) FROM judged AS j WHERE j.one = p.one AND j.other = p.other AND j.way = w.way AND kind = 'counted') AS counts,
    (SELECT count(*) FROM judged AS j WHERE j.one = p.one AND j.other = p.other AND j.way = w.way AND kind = 'mark') AS marks,
    (SELECT CASE WHEN count(side) = count(*) AND min(side) = max(side) THEN min(side) END FROM judged AS j
      WHERE j.one = p.one AND j.other = p.other AND j.way = w.way AND kind = 'hard') AS side,
    (SELECT min(field = 'bound') FROM judged AS j
      WHERE j.one = p.one AND j.other = p.other AND j.way = w.way AND kind = 'hard') AS bounds
  FROM pair AS p JOIN way AS w ON w.id = p.one JOIN way AS v ON v.id = p.other AND v.way = w.way
  JOIN stated AS s ON s.id = p.one JOIN stated AS t ON t.id = p.other
)
SELECT one, other, steps, min(CASE
    WHEN hard AND counts <= 2 AND (all_or_none OR bounds) AND (year = other_year
      OR side = 0 AND year <> '' AND year <= other_year OR side = 1 AND other_year <> '' AND other_year <= year)
      AND side IS NOT NULL THEN 4
    WHEN hard OR counts > 2 THEN 5 WHEN inputs THEN 3 WHEN counts + marks THEN 2 WHEN equal THEN 0 ELSE 1 END) AS degree
FROM counted GROUP BY one, other, steps;

-- The pairs of two plans that compare. Where a plan has several targets, only the nearest year of each is compared.
CREATE TEMP TABLE compared AS
WITH fitting AS (
  SELECT d.one, d.other, d.degree, a.jurisdiction AS place, b.jurisdiction AS other_place, a.indicator,
    abs(a.target_year - b.target_year) AS years
  FROM degree AS d JOIN mine AS a ON a.id = d.one JOIN mine AS b ON b.id = d.other WHERE d.steps IS NULL AND d.degree < 5
)
SELECT * FROM fitting WHERE NOT EXISTS (SELECT 1 FROM fitting AS nearer WHERE nearer.years < fitting.years AND (
    fitting.one IN (nearer.one, nearer.other) AND fitting.other_place IN (nearer.place, nearer.other_place)
    OR fitting.other IN (nearer.one, nearer.other) AND fitting.place IN (nearer.place, nearer.other_place)));

-- The degree of each target that compares with any: its best.
CREATE TEMP VIEW row_degree AS
SELECT id, min(degree) AS degree FROM (SELECT one AS id, degree FROM compared UNION ALL SELECT other, degree FROM compared)
GROUP BY id;

-- The degree of each subject: that of its best pair. Only subjects with core targets in two plans or more are here.
CREATE TEMP TABLE subject AS
SELECT i.id, i.name_en AS indicator_name, i.headline, i.theme, coalesce(min(c.degree), 5) AS degree
FROM indicators AS i
JOIN (SELECT indicator FROM mine WHERE core = 'yes' GROUP BY indicator HAVING count(DISTINCT jurisdiction) > 1) AS shared
  ON shared.indicator = i.id
LEFT JOIN compared AS c ON c.indicator = i.id
GROUP BY i.id;

-- Goals held against those of the nearest level above that compare with them, of one year.
CREATE TEMP TABLE held_against AS
WITH held AS (
  SELECT d.one, d.other, d.steps FROM degree AS d JOIN target AS m ON m.id = d.one JOIN target AS high ON high.id = d.other
  WHERE d.steps IS NOT NULL AND d.degree < 4
    AND (m.amount IS NULL AND high.amount IS NULL
      OR m.amount IS NOT NULL AND high.amount IS NOT NULL AND m.target_year = high.target_year)
), facts AS (
  SELECT m.id, m.label, m.indicator, m.place_order, h.other AS above_id, m.amount, m.better,
    m.amount = high.amount AND m.amount_max IS high.amount_max AS equal,
    m.operator IS high.operator AS one_operator, (m.amount < high.amount) = (m.better = 'lower') AS strict,
    high.level = 'nation' AND high.value_basis <> 'word' AS average,
    (SELECT rank FROM firmness WHERE strength = m.strength)
      <= (SELECT rank FROM firmness WHERE strength = high.strength) AS as_firm,
    -- A document above that is surely later was not copied: by year where a date is short or in doubt.
    CASE WHEN m.issued || high.issued LIKE '%?%' THEN substr(high.issued, 1, 4) > substr(m.issued, 1, 4)
      ELSE substr(high.issued, 1, min(length(m.issued), length(high.issued)))
        > substr(m.issued, 1, min(length(m.issued), length(high.issued))) END AS later,
    EXISTS (SELECT 1 FROM judged AS j WHERE j.one = h.one AND j.other = h.other AND j.way = 'plain' AND j.kind = 'counted'
      AND j.field NOT IN ('level of government', 'source of the year', 'source of the base year')) AS otherwise
  FROM held AS h JOIN mine AS m ON m.id = h.one JOIN target AS high ON high.id = h.other
  WHERE h.steps = (SELECT min(steps) FROM held AS nearer WHERE nearer.one = h.one)
)
SELECT id, label, indicator, place_order, above_id, CASE
    WHEN amount IS NULL THEN 'same act' WHEN equal AND one_operator AND NOT later AND NOT otherwise THEN 'copied'
    WHEN equal THEN 'equal' WHEN better NOT IN ('lower', 'higher') THEN 'another figure'
    WHEN average THEN CASE WHEN strict THEN 'beyond the average' ELSE 'short of the average' END
    WHEN NOT strict THEN 'looser' WHEN as_firm THEN 'stricter' ELSE 'less firm' END AS relation
FROM facts;

-- -------------------------------------------------------------------------------------------------------- at a glance

-- 00_at_a_glance finding
-- How many headline subjects are there, how many cells hold a target, and what stands in the others?
SELECT
  (SELECT count(*) FROM plan) AS "number",
  (SELECT count(*) FROM indicators WHERE headline IS NOT NULL) AS "indicators",
  (SELECT count(*) FROM cell) AS "cells",
  (SELECT count(*) FROM cell WHERE targets > 0) AS "promised",
  (SELECT group_concat(status, '; ') FROM (
    WITH ordered(status, rank) AS (
      VALUES ('qualitative', 1), ('assigned', 2), ('not_applicable', 3), ('part_missing', 4), ('garbled', 5), ('silent', 6),
        ('unread', 7)
    )
    SELECT DISTINCT status, rank FROM cell JOIN ordered ON status = gap WHERE targets = 0 ORDER BY rank)) AS "silences";

-- 00_at_a_glance finding-compares
-- On how many headline subjects do two plans or more compare, in which degree, and on which do two ask the same?
WITH ordered AS (
  SELECT *, row_number() OVER (
    ORDER BY CASE headline WHEN 'coal' THEN 0 WHEN 'air' THEN 1 ELSE 2 END, headline <> theme, id) AS number
  FROM subject WHERE headline IS NOT NULL AND degree < 5
)
SELECT count(*) AS "comparable",
  (SELECT group_concat(subjects || ' ' || name, '; ') FROM (SELECT count(*) AS subjects, name, min(ordered.number) AS first
    FROM ordered JOIN degree_name ON degree_name.number = degree GROUP BY name ORDER BY subjects DESC, first)) AS "degrees",
  (SELECT group_concat(indicator_name, '; ') FROM (SELECT indicator_name FROM ordered WHERE degree = 0 ORDER BY number))
    AS "same"
FROM ordered;

-- 00_at_a_glance finding-after
-- Who caps coal in tonnes, who sets a level of PM2.5, and who asks most of a fleet?
SELECT
  (SELECT group_concat(place, '; ') FROM (SELECT place FROM cap_in_figures
    WHERE indicator = 'coal.consumption' ORDER BY place_order)) AS "caps:place",
  (SELECT group_concat(place || ' (' || w.amount || ' ' || w.date || ')', '; ') FROM (SELECT * FROM cap_in_figures
    WHERE indicator = 'air.pm25' ORDER BY place_order) AS f
    JOIN worded AS w ON w.id = f.id) AS "levels:asks",
  (SELECT group_concat(label, '; ') FROM (SELECT label FROM furthest
    WHERE step = (SELECT max(step) FROM furthest) ORDER BY place_order)) AS "first:label",
  (SELECT name FROM step WHERE number = (SELECT max(step) FROM furthest)) AS "step";

-- 00_at_a_glance finding-met
-- How many goals were met where that was measured?
SELECT
  (SELECT count(*) FROM outcome) AS "held",
  (SELECT count(*) FROM outcome WHERE strength = 'aspirational') AS "soft",
  (SELECT count(*) FROM outcome WHERE met) AS "met",
  (SELECT group_concat(place_year, '; ') FROM (
    SELECT DISTINCT place || ', ' || year AS place_year FROM outcome WHERE met ORDER BY place_year)) AS "where",
  (SELECT count(*) FROM outcome WHERE NOT met) AS "missed";

-- --------------------------------------------------------------------------------------------------------------- coal

-- 01_coal finding
-- Who limits coal use, by how much, and who has only words?
WITH held AS (
  SELECT c.jurisdiction, c.place, c.place_order, c.value_basis, c.place || ' (' || w.amount || ' ' || w.date || ')' AS cap, 1 AS is_cap
  FROM cap AS c JOIN worded AS w ON w.id = c.id WHERE c.indicator = 'coal.consumption'
  UNION ALL
  SELECT f.jurisdiction, f.place, f.place_order, f.value_basis, f.place || ' (' || w.amount || ' ' || w.date || ')', 0
  FROM firmest AS f JOIN worded AS w ON w.id = f.id
  WHERE f.indicator = 'coal.consumption' AND f.jurisdiction NOT IN (SELECT jurisdiction FROM cap WHERE indicator = 'coal.consumption')
  ORDER BY place_order
)
SELECT
  (SELECT group_concat(cap, '; ') FROM held WHERE is_cap AND value_basis = 'figure') AS "figure:cap",
  (SELECT group_concat(cap, '; ') FROM held WHERE is_cap AND value_basis = 'reference') AS "reference:cap",
  (SELECT '; otherwise limited by ' || group_concat(cap, '; ') FROM held WHERE NOT is_cap) AS "cut",
  (SELECT group_concat(place || ' (' || status || ')', '; ') FROM (
    SELECT plan.place, CASE WHEN g.id IS NULL THEN 'not known: this plan was read in part'
      WHEN g.status = 'silent' AND plan.access = 'partial' THEN 'not addressed in the part read'
      WHEN g.status = 'qualitative' AND plan.access = 'partial' THEN 'words only in the part read'
      WHEN g.status = 'silent' AND NOT instr(';' || d.remit || ';', ';coal;') THEN 'silent_outside'
      ELSE g.status END AS status
    FROM plan
    LEFT JOIN gaps AS g ON g.indicator = 'coal.consumption' AND g.id = (
      SELECT min(first.id) FROM gaps AS first JOIN documents AS d ON d.id = first.document
      WHERE first.indicator = 'coal.consumption' AND d.jurisdiction = plan.id)
    LEFT JOIN documents AS d ON d.id = g.document
    WHERE plan.id NOT IN (SELECT jurisdiction FROM held)
    ORDER BY place_order)) AS "without:cap";

-- 01_coal finding-growth
-- Is Huludao's the newest plan, what does it want of the growth of coal use, and of whom that caps it is the use before unknown?
SELECT
  CASE WHEN (SELECT id FROM plan ORDER BY issued DESC LIMIT 1) = 'huludao' THEN ', the newest of these plans,' ELSE '' END
    AS "newest",
  replace(substr(note, 1, instr(note || ';', ';') - 1), 'Growth', 'growth') AS "growth",
  (SELECT group_concat(place, '; ') FROM (SELECT place FROM cap
    WHERE indicator = 'coal.consumption' AND jurisdiction NOT IN (
      SELECT jurisdiction FROM observations WHERE indicator = 'coal.consumption') ORDER BY place_order)) AS "unknown:place"
FROM gaps WHERE id = 'huludao-gap-coal-consumption';

-- 01_coal finding-boilers
-- How many years after Shuocheng does Huludao retire boilers of that size, and which does Lanshan leave out?
SELECT
  (SELECT target_year FROM targets WHERE id = 'huludao-boiler-35-built-up-2025')
    - (SELECT target_year FROM targets WHERE id = 'shuocheng-boiler-35-built-up-2018') AS "later",
  (SELECT exception FROM targets WHERE id = 'lanshan-boilers-35-2018') AS "except_for";

-- ---------------------------------------------------------------------------------------------------------------- air

-- 02_air finding
-- What level does Jincheng's cut imply, from the readings of its base year, and what was read last?
WITH implied AS (
  SELECT (min(o.value * u.factor * (1 + t.amount / 100)) + max(o.value * u.factor * (1 + t.amount / 100))) / 2 AS level
  FROM target AS t
  JOIN observations AS o ON o.jurisdiction = t.jurisdiction AND o.indicator = t.indicator AND o.area = t.area
    AND o.subject IS t.subject AND o.base IS t.base AND o.year = t.baseline_year
  JOIN units AS u ON u.unit = o.unit AND u.dimension <> t.dimension
  WHERE t.id = 'jincheng-pm25-2020'
), last AS (
  SELECT value, year FROM observations WHERE indicator = 'air.pm25' AND jurisdiction = 'jincheng' ORDER BY year DESC LIMIT 1
)
SELECT round(implied.level) AS "implied:.0f",
  CASE WHEN implied.level > (SELECT amount FROM target WHERE id = 'china-pm25-class2-2012') THEN 'above' ELSE 'within' END
    AS "side",
  round(last.value) AS "value:.0f", last.year AS "year"
FROM implied, last;

-- 02_air finding-levels
-- Is Yuyao's level for 2020 that of its city for 2018, and was it met?
SELECT
  CASE WHEN (SELECT amount FROM target WHERE id = 'yuyao-pm25-2020') = (SELECT amount FROM target WHERE id = 'ningbo-pm25-2018')
    THEN 'the one' ELSE 'not the one' END AS "same",
  CASE WHEN met THEN 'met' ELSE 'missed' END AS "outcome",
  reading AS "measured", year, CASE WHEN year = 2020 THEN ', the year of the pandemic' ELSE '' END AS "pandemic"
FROM outcome WHERE id = 'yuyao-pm25-2020';

-- ----------------------------------------------------------------------------------------------------------- vehicles

-- 03_vehicles finding
-- What is the furthest step of each plan, for at least one fleet? From the furthest step to the least.
SELECT group_concat(place || ' (' || name || CASE WHEN aimed THEN ', aimed for' ELSE '' END || ')', '; ') AS "order:asks"
FROM (SELECT furthest.*, name FROM furthest JOIN step ON step.number = furthest.step ORDER BY step DESC, place_order);

-- 03_vehicles finding-newest
-- How many years after Shuocheng's goal for buses is Huludao's due, and of how many kinds of fleets does each plan set a share?
WITH fleets AS (
  SELECT label, place_order, count(DISTINCT coalesce(subject, '')) AS kinds FROM mine
  WHERE value IS NOT NULL AND indicator IN ('vehicles.new_energy', 'vehicles.new_or_clean', 'vehicles.electric', 'vehicles.battery_electric') GROUP BY label ORDER BY place_order
)
SELECT
  (SELECT target_year FROM targets WHERE id = 'huludao-bus-new-2025')
    - (SELECT target_year FROM targets WHERE id = 'shuocheng-bus-stock-2020') AS "after",
  (SELECT group_concat(kinds || ' in ' || label, '; ') FROM fleets) AS "named";

-- 03_vehicles finding-above
-- Was Shuocheng in a key region of China's plan of 2018?
SELECT CASE WHEN EXISTS (SELECT 1 FROM key_regions
  WHERE jurisdiction = 'shuocheng' AND document = 'china-2018' AND member = 'yes') THEN 'inside' ELSE 'outside' END AS "side";

-- ---------------------------------------------------------------------------------------------------- everything else

-- 04_everything_else finding
-- Who sets a straw utilisation rate, and which plans differ in the figure only?
SELECT
  (SELECT group_concat(asks, '; ') FROM (
    SELECT label || ' (' || worded.amount || ' ' || worded.date || ')' AS asks FROM mine JOIN worded ON worded.id = mine.id
    WHERE mine.id IN (SELECT id FROM row_degree WHERE degree < 5)
      AND indicator = 'agriculture.straw_use' ORDER BY place_order, mine.id)) AS "fits:asks",
  (SELECT group_concat(label, '; ') FROM (SELECT label FROM mine
    WHERE id IN (SELECT id FROM row_degree WHERE degree = 1)
      AND indicator = 'agriculture.straw_use' ORDER BY place_order, id)) AS "same:label";

-- 04_everything_else finding-shared
-- On how many subjects beyond the headlines is there a core target, in how many do two plans have one, and do they compare?
SELECT
  (SELECT count(DISTINCT indicator) FROM mine WHERE core = 'yes' AND headline IS NULL) AS "all",
  count(*) AS "shared", sum(degree < 5) AS "fits",
  (SELECT group_concat(indicator_name, '; ') FROM (SELECT indicator_name FROM subject
    WHERE headline IS NULL AND degree = 1 ORDER BY id)) AS "direct"
FROM subject WHERE headline IS NULL;

-- ------------------------------------------------------------------------------------------------------------ cascade

-- 05_cascade finding
-- How many goals are copied from the nearest level above, by whom most, and how many are stricter or looser?
WITH copied AS (SELECT DISTINCT id, label, indicator, place_order FROM held_against WHERE relation = 'copied'),
counted AS (SELECT label, count(*) AS goals, min(indicator || place_order) AS first FROM copied GROUP BY label)
SELECT
  (SELECT count(*) FROM copied) AS "copied",
  (SELECT ', ' || goals || ' of them by ' || label FROM counted ORDER BY goals DESC, first LIMIT 1) AS "by",
  (SELECT count(DISTINCT id) FROM held_against) AS "ids",
  (SELECT count(DISTINCT id) FROM held_against WHERE relation = 'stricter') AS "stricter",
  (SELECT count(DISTINCT id) FROM held_against WHERE relation = 'looser') AS "looser",
  (SELECT count(DISTINCT id) FROM held_against WHERE relation = 'less firm') AS "less_firm";

-- 05_cascade finding-average
-- How many goals are beyond the average of the whole country, how many fall short of it, and in which plans?
SELECT
  (SELECT count(DISTINCT id) FROM held_against WHERE relation = 'beyond the average') AS "beyond",
  (SELECT count(DISTINCT targets.id) FROM held_against JOIN targets ON targets.id = held_against.id
    WHERE relation = 'beyond the average' AND stretch_of IS NOT NULL) AS "stretch",
  (SELECT group_concat(label, '; ') FROM (SELECT label FROM held_against WHERE relation = 'beyond the average'
    GROUP BY label ORDER BY min(indicator || place_order))) AS "places",
  (SELECT count(DISTINCT id) FROM held_against WHERE relation = 'short of the average') AS "short",
  (SELECT group_concat(label, '; ') FROM (SELECT label FROM held_against WHERE relation = 'short of the average'
    GROUP BY label ORDER BY min(indicator || place_order))) AS "short_of";

-- 05_cascade finding-trail
-- Of which plans was a plan above not read, and how many targets does a level above set without the figure?
WITH unread AS (
  SELECT id FROM jurisdictions WHERE id NOT IN (SELECT jurisdiction FROM documents)
  UNION SELECT jurisdiction FROM documents WHERE access = 'not_seen'
), subject AS (
  SELECT id FROM indicators WHERE headline IS NOT NULL
  UNION SELECT indicator FROM target WHERE role = 'reference' AND NOT (kind = 'standard' AND value_basis IS NOT NULL)
)
SELECT
  (SELECT group_concat(label, '; ') FROM (
    SELECT label FROM mine WHERE indicator IN (SELECT id FROM subject)
      AND jurisdiction IN (SELECT id FROM higher_place WHERE higher IN (SELECT id FROM unread))
    GROUP BY label ORDER BY min(indicator || place_order))) AS "unread",
  (SELECT count(*) FROM gaps AS g JOIN documents AS d ON d.id = g.document
    WHERE g.status = 'assigned' AND d.jurisdiction IN (SELECT id FROM plan)) AS "assigned";

-- --------------------------------------------------------------------------------------------------- pace and wording

-- 06_pace_and_wording finding
-- Which share of each plan's targets is hedged or only aimed for? The largest first by itself, then the others upwards.
WITH share AS (
  SELECT label, sum(strength IN ('hedged', 'aspirational')) AS soft, count(*) AS rows,
    avg(strength IN ('hedged', 'aspirational')) AS mean
  FROM mine GROUP BY label
), most AS (SELECT * FROM share ORDER BY mean DESC LIMIT 1)
SELECT round(100 * mean) || ' %' AS "share", label AS "label", soft AS "soft", rows AS "rows",
  (SELECT group_concat(round(100 * mean) || ' % in ' || label, '; ')
    FROM (SELECT * FROM share WHERE label NOT IN (SELECT label FROM most) ORDER BY mean)) AS "others"
FROM most;

-- 06_pace_and_wording finding-bans
-- Which share of the core rows is hedged or aimed for, how many of the mandated targets are bans, and what is binding?
SELECT
  (SELECT count(*) FROM mine WHERE core = 'yes') AS "rows",
  (SELECT round(100 * avg(strength IN ('hedged', 'aspirational'))) FROM mine WHERE core = 'yes') AS "core:.0f",
  (SELECT count(*) FROM mine WHERE strength = 'mandated' AND kind = 'ban') AS "bans",
  (SELECT count(*) FROM mine WHERE strength = 'mandated') AS "firm",
  (SELECT count(*) FROM mine) AS "every",
  (SELECT group_concat(label, '; ') FROM (SELECT DISTINCT label FROM mine WHERE nature = 'binding' ORDER BY place_order))
    AS "where",
  (SELECT group_concat(indicator_name, '; ')
    FROM (SELECT indicator_name FROM mine WHERE nature = 'binding' ORDER BY place_order, id)) AS "binding:indicator_name";

-- 06_pace_and_wording finding-pace
-- By how many percent a year is energy per unit of industrial value added to fall, compounding from the base year?
WITH pace AS (
  SELECT id, round(-100 * (pow(1 + amount / 100, 1.0 / (target_year - baseline_year)) - 1), 1) AS fall
  FROM target WHERE indicator = 'energy.intensity_industry' AND kind = 'change' AND core = 'yes'
)
SELECT
  (SELECT fall FROM pace WHERE id = 'lanshan-energy-intensity-industry-2020') AS "first:.1f",
  (SELECT fall FROM pace WHERE id = 'huludao-industry-energy-2025') AS "second:.1f",
  (SELECT fall FROM pace WHERE id = 'huludao-industry-energy-2025-stretch') AS "third:.1f";

-- ----------------------------------------------------------------------------------------------- duties and deadlines

-- 07_duties_and_deadlines finding
-- How exactly are the dates of core commitments printed, how many recur, and how many have none?
WITH duty AS (
  SELECT *, timing IN ('by', 'in', 'from') AND target_year IS NOT NULL AS dated,
    year_basis IN ('inferred', 'ambiguous') AS filled_in
  FROM mine WHERE core = 'yes'
)
SELECT count(*) AS "total",
  sum(dated AND NOT filled_in AND deadline IS NOT NULL) AS "day",
  sum(dated AND NOT filled_in AND deadline IS NULL) AS "year",
  sum(dated AND filled_in) AS "filled",
  sum(timing = 'every_year') AS "yearly",
  sum(timing = 'none' OR timing <> 'every_year' AND target_year IS NULL) AS "undated"
FROM duty;

-- 07_duties_and_deadlines finding-bunched
-- Which year holds the largest share of the due dates of each plan?
WITH due AS (
  SELECT label, place_order, target_year, count(*) AS duties
  FROM mine WHERE core = 'yes' AND timing IN ('by', 'in') AND target_year IS NOT NULL GROUP BY label, target_year
), share AS (
  SELECT *, 100.0 * duties / sum(duties) OVER (PARTITION BY label) AS percent,
    row_number() OVER (PARTITION BY label ORDER BY duties DESC, target_year) AS number
  FROM due
)
SELECT group_concat(target_year || ' in ' || label || ' (' || round(percent) || ' %)', '; ') AS "shares"
FROM (SELECT * FROM share WHERE number = 1 ORDER BY place_order);

-- 07_duties_and_deadlines finding-leads
-- Which plan names a lead department most often, and which names no body at all, with what is missing of it?
WITH share AS (SELECT label, avg(lead_type = 'lead') AS mean FROM mine GROUP BY label)
SELECT label AS "most", round(100 * mean) AS "share:.0f",
  (SELECT group_concat(label || coalesce(' (missing: ' || missing_parts || ')', ''), '; ') FROM (SELECT * FROM plan
    WHERE id NOT IN (SELECT jurisdiction FROM mine WHERE lead_type <> 'none_named') ORDER BY place_order)) AS "unnamed"
FROM share ORDER BY mean DESC LIMIT 1;

-- ----------------------------------------------------------------------------------------------------------- evidence

-- 08_evidence finding
-- How many fragments are quoted, how many were found in the texts, and how many numerals are unaccounted for?
SELECT sum(proved) AS "proved",
  (SELECT count(quote) FROM targets) + (SELECT count(quote) FROM gaps) + (SELECT count(quote) FROM proofs)
    + (SELECT count(quote) FROM text_defects) AS "quoted",
  sum(numerals) AS "numerals:,", sum(unaccounted) AS "unread"
FROM accounts;

-- 08_evidence finding-readings
-- In how many fields do the two readings agree, and how many fields did the audit find wrong? The auditors judged 26 fields of each row;
-- no table lists them. The fields that were wrong are parted by ";".
SELECT
  (SELECT count(DISTINCT target) FROM second_coding) AS "items",
  (SELECT count(*) FROM second_coding) AS "cells:,",
  (SELECT round(100 * avg(agree = 'yes')) FROM second_coding) AS "agree:.0f",
  count(*) AS "rows", 26 * count(*) AS "judged:,",
  sum(length(wrong) - length(replace(wrong, ';', '')) + 1) AS "wrong"
FROM audit;

-- 08_evidence finding-cited
-- How many goals of the levels above are cited only, from how many documents, and how many documents were not seen?
SELECT count(*) AS "goals", count(DISTINCT document) AS "documents",
  (SELECT count(*) FROM documents WHERE access = 'not_seen') AS "unseen"
FROM target WHERE access = 'cited' AND role = 'reference';

-- ------------------------------------------------------------------------------------------------------------- method

-- 09_method finding
-- How many targets were read, how many gaps, and how many years were not printed?
SELECT count(*) AS "targets", (SELECT count(*) FROM plan) AS "places", (SELECT count(*) FROM gaps) AS "gaps",
  sum(year_basis IN ('inferred', 'ambiguous')) AS "inferred"
FROM mine;

-- 09_method finding-degrees
-- On how many subjects do two plans or more have a core target, on how many do they compare, and in which degrees?
SELECT count(*) AS "spoken", sum(degree < 5) AS "fits",
  (SELECT group_concat(subjects || ' ' || name, '; ') FROM (SELECT count(*) AS subjects, name
    FROM subject JOIN degree_name ON number = degree WHERE degree < 5 GROUP BY name ORDER BY number)) AS "degrees"
FROM subject;

-- 10_compare finding
-- How many subjects have a target in one plan or more, in two, and in three?
SELECT count(*) AS "subjects", (SELECT count(*) FROM plan) AS "places", sum(plans > 1) AS "shared", sum(plans > 2) AS "three"
FROM (SELECT count(DISTINCT jurisdiction) AS plans FROM mine
  WHERE core = 'yes' OR indicator NOT IN (SELECT indicator FROM mine WHERE core = 'yes') GROUP BY indicator);

-- ---------------------------------------------------------------------------------------------------------- the places

-- place finding
-- How many targets does each plan set, in how many themes, how many with a figure, and how many mandated?
SELECT jurisdiction AS id, place AS "name", plan.name_zh AS "name_zh",
  (SELECT ', ' || j.name_en || ',' FROM higher_place AS h JOIN jurisdictions AS j ON j.id = h.higher
    WHERE h.id = plan.id AND j.level = 'province') AS "province",
  count(*) AS "count", count(DISTINCT theme) AS "themes",
  CASE access WHEN 'partial' THEN ', in the part of the plan that was read' ELSE '' END AS "part",
  sum(value_basis IS 'figure') AS "figures", sum(strength = 'mandated') AS "firm"
FROM (SELECT jurisdiction, theme, value_basis, strength FROM mine) JOIN plan ON plan.id = jurisdiction GROUP BY jurisdiction;

-- place finding-headlines
-- On how many headline subjects has each plan a target, which does it not address, what may be in a lost part or in one that
-- was not read, and how many targets are soft?
SELECT plan.id AS id,
  (SELECT count(*) FROM cell WHERE jurisdiction = plan.id AND targets > 0) AS "promised",
  (SELECT count(*) FROM cell WHERE jurisdiction = plan.id) AS "all",
  (SELECT group_concat(indicator_name, '; ') FROM (
    SELECT cell.indicator_name FROM cell JOIN indicators AS i ON i.id = cell.indicator
    WHERE jurisdiction = plan.id AND targets = 0 AND gap = 'silent'
    ORDER BY CASE i.headline WHEN 'coal' THEN 0 WHEN 'air' THEN 1 ELSE 2 END, i.headline <> i.theme, i.id))
    AS "silent:indicator_name",
  (SELECT group_concat(indicator_name, '; ') FROM (
    SELECT cell.indicator_name FROM cell JOIN indicators AS i ON i.id = cell.indicator
    WHERE jurisdiction = plan.id AND targets = 0 AND gap = 'part_missing'
    ORDER BY CASE i.headline WHEN 'coal' THEN 0 WHEN 'air' THEN 1 ELSE 2 END, i.headline <> i.theme, i.id))
    AS "lost:indicator_name",
  coalesce('; not in the part of the plan that was read: ' || (SELECT group_concat(indicator_name, '; ') FROM (
    SELECT cell.indicator_name FROM cell JOIN indicators AS i ON i.id = cell.indicator
    WHERE jurisdiction = plan.id AND targets = 0 AND gap = 'unread'
    ORDER BY CASE i.headline WHEN 'coal' THEN 0 WHEN 'air' THEN 1 ELSE 2 END, i.headline <> i.theme, i.id)), '')
    AS "part",
  (SELECT count(*) FROM mine WHERE jurisdiction = plan.id AND strength IN ('hedged', 'aspirational')) AS "soft"
FROM plan;

-- ----------------------------------------------------------------------------- what the findings on comparing rest on

-- degrees
-- In which degree does each subject compare, of which two plans or more have a core target?
SELECT indicator_name AS indicator, name AS degree FROM subject JOIN degree_name ON number = degree ORDER BY id;

-- levels
-- Which goal is held against which of the nearest level above, and how does it stand to it?
SELECT id, above_id, relation FROM held_against ORDER BY id, above_id;

-- ------------------------------------------------------------------------------------- targets and gaps named by their ids

-- targets
-- What stands for {id:amount}, {id:date}, {id:place}, {id:statement} and {id:hedge} of a target; {id} is amount and date.
SELECT target.id, place, statement_en AS statement, worded.amount, worded.date,
  CASE WHEN strength = 'hedged' THEN (SELECT en FROM terms WHERE zh = strength_word) END AS hedge
FROM target JOIN worded ON worded.id = target.id;

-- gaps
-- What stands for {id}, by its status, and {id:place} and {id:note} of a gap.
SELECT g.id, j.name_en AS place, g.note, g.status, d.access, instr(';' || d.remit || ';', ';' || i.theme || ';') > 0 AS within_remit,
  coalesce((SELECT group_concat(name_en, ' and ') FROM jurisdictions
    WHERE instr(';' || g.assigned_by || ';', ';' || id || ';')), '') AS set_by
FROM gaps AS g
JOIN documents AS d ON d.id = g.document
JOIN jurisdictions AS j ON j.id = d.jurisdiction
JOIN indicators AS i ON i.id = g.indicator;
