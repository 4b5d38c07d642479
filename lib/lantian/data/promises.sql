CREATE VIEW promises AS
SELECT targets.*, documents.jurisdiction, jurisdictions.name_en AS place, jurisdictions.name_zh AS place_zh,
  documents.title_en AS document_title, documents.issued, indicators.name_en AS indicator_name, indicators.theme,
  indicators.headline, value * factor AS amount, value_max * factor AS amount_max, units.standard_unit
FROM targets
JOIN documents ON documents.id = targets.document
JOIN jurisdictions ON jurisdictions.id = documents.jurisdiction
JOIN indicators ON indicators.id = targets.indicator
LEFT JOIN units ON units.unit = targets.unit
