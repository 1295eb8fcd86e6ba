-- The thirty rules of lead-scoring-30 as one statement that SQLite and DuckDB both read: from the table `leads` to the
-- table `verdicts`. Moments are seconds since 1970 in UTC; a missing value is NULL, and a comparison with it counts as
-- not satisfied, which is what CASE WHEN makes of NULL. Each step is worked out once and used by the next: without
-- MATERIALIZED SQLite works out a step again wherever one of its columns is named, and takes six times as long; DuckDB
-- takes as long either way.
CREATE TABLE verdicts AS
WITH prepared AS MATERIALIZED (
  SELECT
    *,
    lower(job_title) AS title,
    lower(substr(email, instr(email, '@') + 1)) AS domain
  FROM leads
),
facts AS MATERIALIZED (
  SELECT
    *,
    title LIKE '%student%' OR title LIKE '%intern%' AS is_learner,
    country IN ('Iran', 'North Korea', 'Syria', 'Cuba') AS is_embargoed,
    domain IN ('leadrival.com', 'scorehub.io', 'qualifyfast.com', 'funnelworks.ai', 'rankleads.com', 'pipepilot.com',
      'icpengine.io', 'bantbase.com') AS is_competitor,
    industry IN ('Software', 'Financial Services', 'Fintech', 'Healthcare IT') AS in_industries_a,
    industry IN ('Telecommunications', 'Insurance', 'E-commerce', 'Professional Services') AS in_industries_b,
    country IN ('United States', 'Canada', 'United Kingdom', 'Germany', 'France') AS in_countries_a,
    country IN ('Netherlands', 'Sweden', 'Denmark', 'Norway', 'Finland', 'Ireland', 'Australia') AS in_countries_b
  FROM prepared
),
points AS MATERIALIZED (
  SELECT
    lead_id,
    demo_requested,
    CASE WHEN is_embargoed THEN 1 WHEN is_learner THEN 1 WHEN is_competitor THEN 1 ELSE 0 END AS barred,
    CASE WHEN employees BETWEEN 100 AND 5000 AND (in_industries_a OR in_industries_b)
      AND (in_countries_a OR in_countries_b) THEN 1 ELSE 0 END AS is_icp,
    CASE WHEN employees BETWEEN 100 AND 499 THEN 10 ELSE 0 END
      + CASE WHEN employees BETWEEN 500 AND 1999 THEN 20 ELSE 0 END
      + CASE WHEN employees BETWEEN 2000 AND 5000 THEN 15 ELSE 0 END
      - CASE WHEN employees < 10 THEN 15 ELSE 0 END
      + CASE WHEN annual_revenue >= 10000000 AND annual_revenue < 50000000 THEN 5 ELSE 0 END
      + CASE WHEN annual_revenue >= 50000000 AND annual_revenue < 500000000 THEN 10 ELSE 0 END
      + CASE WHEN annual_revenue >= 500000000 THEN 8 ELSE 0 END
      + CASE WHEN in_industries_a THEN 15 ELSE 0 END
      + CASE WHEN in_industries_b THEN 8 ELSE 0 END
      + CASE WHEN in_countries_a THEN 10 ELSE 0 END
      + CASE WHEN in_countries_b THEN 5 ELSE 0 END
      - CASE WHEN is_embargoed THEN 40 ELSE 0 END
      + CASE WHEN title LIKE 'chief%' OR title LIKE 'ceo%' OR title LIKE 'cto%' OR title LIKE 'cfo%'
        OR title LIKE 'coo%' OR title LIKE 'cmo%' THEN 20 ELSE 0 END
      + CASE WHEN title LIKE '%vp%' OR title LIKE '%vice president%' THEN 15 ELSE 0 END
      + CASE WHEN title LIKE '%director%' OR title LIKE '%head of%' THEN 10 ELSE 0 END
      + CASE WHEN title LIKE '%manager%' THEN 5 ELSE 0 END
      + CASE WHEN title LIKE '%sales%' OR title LIKE '%marketing%' OR title LIKE '%revenue%' THEN 5 ELSE 0 END
      - CASE WHEN is_learner THEN 30 ELSE 0 END
      - CASE WHEN domain IN ('gmail.com', 'yahoo.com', 'hotmail.com', 'outlook.com', 'aol.com', 'icloud.com',
        'proton.me', 'gmx.de', 'mail.ru', 'qq.com') THEN 10 ELSE 0 END
      - CASE WHEN is_competitor THEN 50 ELSE 0 END AS fit,
    CASE WHEN pages_viewed < 10 THEN pages_viewed * 2 ELSE 20 END
      + CASE WHEN emails_clicked < 5 THEN emails_clicked * 3 ELSE 15 END
      + CASE WHEN webinars_attended < 3 THEN webinars_attended * 10 ELSE 30 END
      + CASE WHEN whitepapers < 4 THEN whitepapers * 5 ELSE 20 END
      + CASE WHEN pricing_page_visits < 5 THEN pricing_page_visits * 5 ELSE 25 END
      + CASE WHEN demo_requested THEN 30 ELSE 0 END
      + CASE WHEN lead_source IN ('Referral', 'Partner', 'Demo Form') THEN 10 ELSE 0 END
      - CASE WHEN lead_source IN ('Purchased List', 'Trade Show Scan') THEN 5 ELSE 0 END
      + CASE WHEN created_at >= 1767225600 - 7 * 86400 THEN 5 ELSE 0 END
      + CASE WHEN last_activity >= 1767225600 - 3 * 86400 AND pages_viewed >= 5 THEN 5 ELSE 0 END AS raw,
    CAST(1767225600 - last_activity AS DOUBLE) / CAST(86400 AS DOUBLE) AS days,
    CASE WHEN budget >= 10000 THEN 1 ELSE 0 END
      + CASE WHEN is_decision_maker THEN 1 ELSE 0 END
      + CASE WHEN need_score >= 7 THEN 1 ELSE 0 END
      + CASE WHEN timeline_days <= 90 THEN 1 ELSE 0 END AS bant
  FROM facts
),
faded AS MATERIALIZED (
  SELECT *, floor(raw * pow(CAST(2 AS DOUBLE), -days / CAST(30 AS DOUBLE)) * 100 + CAST(0.5 AS DOUBLE)) / 100 AS engagement
  FROM points
),
summed AS MATERIALIZED (
  SELECT *, (fit + 5 * bant) + engagement AS total FROM faded
),
tiered AS MATERIALIZED (
  SELECT
    *,
    CASE
      WHEN barred = 1 THEN 'X'
      WHEN is_icp = 1 AND total >= 90 THEN 'A'
      WHEN is_icp = 1 AND total >= 60 THEN 'B'
      WHEN total >= 30 THEN 'C'
      ELSE 'D'
    END AS tier
  FROM summed
)
SELECT
  lead_id,
  fit,
  engagement,
  total,
  tier,
  CASE
    WHEN tier = 'X' THEN 'Disqualified'
    WHEN tier IN ('A', 'B') AND bant >= 3 AND demo_requested THEN 'SQL'
    WHEN tier IN ('A', 'B') AND engagement >= 25 THEN 'MQL'
    WHEN engagement >= 10 OR tier = 'C' THEN 'Nurture'
    ELSE 'Lead'
  END AS stage
FROM tiered;
