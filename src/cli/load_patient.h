/* load_patient.h - a patient record, and what a diary adds to it, for every verb that needs one. */
#ifndef LULL_CLI_LOAD_PATIENT_H
#define LULL_CLI_LOAD_PATIENT_H

#include "cli.h"
#include "load_diary.h"
#include "lull/care/screen.h"

/* Everything that is known of one patient. Lives in the program's arena; pointers inside
 * stay valid while the struct stays where it is. */
struct cli_case {
	struct lull_screening screening;
	struct lull_patient patient;
	lull_day on;                          /* the day for which it is judged       */
	bool has_diary;
	struct lull_import import;            /* diaries[0] is the patient's          */
	struct lull_criteria criteria;
	struct lull_classification classification; /* of the diary                    */
	lull_day diary_day;                   /* its last day; LULL_DAY_NONE: no calendar */
	struct lull_refractory_rules refractory_rules;
	struct lull_treatment_history history; /* with sure ingredients                */
	struct lull_burden burden;
	struct lull_refractory refractory;
};

/* The civil day by this machine's clock: the default of --on. */
lull_day cli_today(void);

/* Reads a record (JSON, or YAML by its suffix) and checks it against the knowledge. CLI_DONE, or the
 * exit status after the errors were printed. */
int cli_load_patient(struct cli *cli, const char *path, struct lull_screening *screening, struct lull_patient *out);

/* Record and, when diary->path is set, diary: classified up to its last day, refractory status worked out. */
int cli_load_case(struct cli *cli, const char *patient_path, const struct cli_diary_source *diary, lull_day on,
		  struct cli_case *out);

/* The indication with that id; CLI_USAGE, with the list of them, when there is none. */
int cli_find_indication(const struct cli_usage *usage, const struct lull_screening *screening, const char *id,
			const struct lull_indication **out);

/* The screen's request for a case. */
struct lull_screen_request cli_screen_request(const struct cli_case *c, const struct lull_indication *indication,
					      enum lull_route route);

#endif
