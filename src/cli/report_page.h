/* The source of the report's page, put into the program when it is built: strings. */
#ifndef CLI_REPORT_PAGE_H
#define CLI_REPORT_PAGE_H

#define HIDDEN __attribute__((visibility("hidden")))
extern const char report_page_html[] HIDDEN, report_page_style[] HIDDEN, report_page_script[] HIDDEN;
#undef HIDDEN

#endif
