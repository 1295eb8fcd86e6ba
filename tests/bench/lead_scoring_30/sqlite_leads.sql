-- For the SQLite shell: from the table `raw`, as .import makes it of the CSV file, to `leads` with types and NULLs.
CREATE TABLE leads(
  lead_id INTEGER, employees INTEGER, annual_revenue REAL, country TEXT, industry TEXT, job_title TEXT, email TEXT,
  lead_source TEXT, pages_viewed INTEGER, emails_clicked INTEGER, webinars_attended INTEGER, whitepapers INTEGER,
  demo_requested INTEGER, pricing_page_visits INTEGER, last_activity INTEGER, created_at INTEGER, budget REAL,
  timeline_days INTEGER, is_decision_maker INTEGER, need_score INTEGER);
INSERT INTO leads
SELECT
  lead_id, nullif(employees, ''), nullif(annual_revenue, ''), country, nullif(industry, ''), nullif(job_title, ''),
  nullif(email, ''), lead_source, pages_viewed, emails_clicked, webinars_attended, whitepapers,
  demo_requested = 'true', pricing_page_visits, unixepoch(last_activity), unixepoch(created_at), nullif(budget, ''),
  nullif(timeline_days, ''), CASE is_decision_maker WHEN 'true' THEN 1 WHEN 'false' THEN 0 END,
  nullif(need_score, '')
FROM raw;
DROP TABLE raw;
VACUUM;
