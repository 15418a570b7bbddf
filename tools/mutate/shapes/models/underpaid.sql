select worker, boss_pay - worker_pay as gap from {{ ref('pairs') }} where boss_pay > worker_pay
