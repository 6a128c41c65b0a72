/* One call: ketamine in the arterial blood of the typical person, 35 mg over 40 minutes. */
#include <lull/lull.h>
#include <stdio.h>

int main(void)
{
	const double times[] = { 0, 0.25, 0.5, 2.0 / 3, 1, 2, 4, 8 };
	enum { N = sizeof(times) / sizeof(times[0]) };
	double conc[N];
	struct lull_error error;

	if (lull_simulate("kamp2020_otto2021", "amt=35 dur=40min", times, N, "ketamine", conc, &error) != LULL_OK) {
		char line[1024];
		lull_error_line(&error, line, sizeof(line));
		fprintf(stderr, "%s\n", line);
		return 1;
	}
	for (int i = 0; i < N; i++)
		printf("%5.2f h %8.2f ng/mL\n", times[i], conc[i]);
	return 0;
}
