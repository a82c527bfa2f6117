/* What the command line reads. */
#include "cli/command.h"
#include "cli/options.h"
#include "seeds.h"

#include <stdio.h>

typedef struct text {
    const char *target, *name, *text;
} text;

static const text texts[] = {
    {"names", "plain", "dog\ncat\nprice tag\n"},
    {"names", "odd", "\xEF\xBB\xBF caf\xC3\xA9 \r\n\n\tb\r\n1\n2\n3\n4\n5\n6\n7\n\n"},
    {"names", "empty", ""},
    {"tree", "flat", "a -1\nb -1\nc\n"},
    {"tree", "deep", "thing -1\nplace -1\nanimal 0\nplant 0\ndog 2\ncat 2\ntree 3\npoodle 4\ncorgi 4\n"},
    {"tree", "spaces", "  a\t-1 \r\nb   0\r\n\r\n"},
    {"tree", "bad-parent", "a 5\n"},
    {"tree", "bad-number", "a x\n"},
    {"data", "plain", "classes= 80\ntrain = data/train.txt\n# a comment\n; another\nnames = a.names\n"},
    {"data", "absolute", "names=/no/such/file\n"},
    {"data", "above", " names \t=\t ../a.names \r\n"},
    {"data", "none", "names =\n"},
    {"zones", "pixels", "# zones\nleft=0,0,320,0,320,480,0,480\nright = 1=320,0,640,0,640,480,320,480\r\n\n"},
    {"zones", "parts", "\xEF\xBB\xBFtop=0,0,1,0,1,.5,0,.5\nstar=0.5,0,0.8,1,0,0.4,1,0.4,0.2,1\n"},
    {"zones", "few", "a=1,2,3,4\n"},
    {"zones", "odd", "a=1,2,3\n"},
    {"zones", "twice", "a=0,0,1,0,1,1\na=0,0,1,0,1,1\n"},
    {"zones", "numbers", "a=-1e3,+5, 7.5e-1 ,0x10,nan,inf\n"},
    {"zones", "no-name", "=1,2,3\n"},
    {"resume", "lines", "{\"file\":\"a.jpg\",\"width\":4}\n{\"file\":\"b \\\"c\\\".jpg\",\"error\":\"no\"}\n"},
    {"resume", "whole", "\n"},
    {"resume", "escapes", "{\"file\":\"\\u00e9\\ud83d\\ude00\\n\\/\xC3\xA9\xFF\"}\n{\"file\":\"a\"}\n{\"file\":\"cut"},
    {"resume", "foreign", "{\"name\":\"a.jpg\"}\n"},
    {"resume", "broken", "{\"file\":\"\\x\"}\n"},
    {"labels", "plain", "0 0.5 0.5 0.25 0.25\n3 0.1 0.2 0.05 0.1\r\n\n1 .9 .9 .2 .2\n"},
    {"labels", "named",
     "dog\ncat\nother\n\n\xEF\xBB\xBF"
     "2 0.5 0.5 1 1\n0 0.5 0.5 1e-1 1E-1\n"},
    {"labels", "few", "0 0.5 0.5 1\n"},
    {"labels", "beyond", "0 0.5 1.5 1 1\n"},
    {"labels", "zero", "0 0.5 0.5 0 1\n"},
    {"labels", "no-number", "dog 0.5 0.5 1 1\n"},
    {"labels", "no-class", "9 0.5 0.5 1 1\n"},
    {"coco", "plain",
     "{\"info\":{\"year\":2017,\"x\":[1,-2.5e3,true,false,null,\"\\u00e9\\n\"]},\"images\":[{\"id\":7,\"file_name\":"
     "\"a.jpg\","
     "\"width\":64,\"height\":48},{\"id\":3,\"file_name\":\"folder/b.png\"}],\"annotations\":[{\"id\":1,\"image_id\":7,"
     "\"category_id\":18,\"bbox\":[1,2.5,30,4e1],\"iscrowd\":0,\"segmentation\":[[1,2,3,4]]},{\"image_id\":7,"
     "\"category_id\":17,\"bbox\":[0,0,0,0],\"iscrowd\":1},{\"image_id\":99,\"category_id\":18,\"bbox\":[1,1,1,1]}],"
     "\"categories\":[{\"id\":18,\"name\":\"dog\"},{\"id\":17,\"name\":\"cat\",\"supercategory\":\"animal\"}]}"},
    {"coco", "wrong-size",
     "{\"images\":[{\"id\":1,\"file_name\":\"c.jpg\",\"width\":5,\"height\":6}],\"annotations\":[],"
     "\"categories\":[{\"id\":1,\"name\":\"price tag\"}]}"},
    {"coco", "list", "[{\"image_id\":1}]"},
    {"coco", "twice",
     "{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\"},{\"id\":1,\"file_name\":\"b.jpg\"}],\"categories\":"
     "[{\"id\":1,\"name\":\"dog\"}]}"},
    {"coco", "bad-box", "{\"annotations\":[{\"image_id\":1,\"category_id\":1,\"bbox\":[1,2,3]}]}"},
    {"coco", "surrogates", "{\"a\":\"\\ud83d\\ude00\\ud83dx\\ude00\\ud800\\\\\",\"b\":01}"},
    {"list", "plain", "a.jpg\nimg2.png\r\n\nsub\nmissing.jpg\n"},
    {"list", "patterns", "*.jpg\nimg[0-9]*.png\n[[]x].jpg\n?.*\n**\n"},
    {"list", "special", "[x].jpg\n-\n@list\n@at\n"},
    {"options", "detect",
     "--threshold\n0.5\n--threshold=dog=0.3\n-q\n--classes\ndog, cat\n--nms\ndiou\na.jpg\n--\n-x\n"},
    {"options", "zones", "--zone\nleft=0,0,1,0,1,1\n--zone=b=1,2,300,4,5,600\n--hide=cat\n--color=dog=#ff8800\na.jpg"},
    {"options", "tiles",
     "--tile=1280x640\n--overlap\n0.3\n--size\n416x416\n--threads=2\n--max\n7\n--skip-classes=3\nx"},
    {"options", "eval", "eval\n--map\na=dog\n--labels\nlabels\n--coco=a.json\n--top\n3"},
    {"options", "letters", "bench\n-qv\n-t\n0.5\n-o\nout"},
    {"options", "wrong", "--thresold\n1"},
    {"options", "other", "info\n--zone\na"},
    {"options", "value", "--json\n--csv\n-"},
};

static void save_options(void) {
    static seed s;
    for (const struct option *option = option_table; option->name; option++) {
        char word[80];
        snprintf(word, sizeof word, "--%s", option->name);
        seed_word("options", word);
        if (option->letter) {
            snprintf(word, sizeof word, "-%c", option->letter);
            seed_word("options", word);
        }
        for (const struct choice *choice = option->choices; choice && choice->name; choice++)
            seed_word("options", choice->name);
    }
    /* All of one kind with a value at its upper end, in one line of commands each. */
    for (int kind = OPTION_FLAG; kind <= OPTION_LIST; kind++) {
        seed_start(&s);
        for (const struct option *option = option_table; option->name; option++) {
            char argument[160], value[64];
            if ((int)option->kind != kind || !(option->commands & FOR_DETECT)) continue;
            snprintf(value, sizeof value, "%.0f", option->high);
            if (option->kind == OPTION_CHOICE) snprintf(value, sizeof value, "%s", option->choices->name);
            if (option->kind == OPTION_SIZE) snprintf(value, sizeof value, "%.0fX%.0f", option->high, option->low);
            if (option->kind == OPTION_TILE) snprintf(value, sizeof value, "auto");
            if (option->kind == OPTION_COLOR || option->kind == OPTION_LIST)
                snprintf(value, sizeof value, "dog=#0AfF09");
            snprintf(argument, sizeof argument, "--%s%s%s\n", option->name, option->kind == OPTION_FLAG ? "" : "=",
                     option->kind == OPTION_FLAG ? "" : value);
            seed_text(&s, argument);
        }
        seed_save(&s, "options", "kind%d", kind);
    }
}

void seeds_texts(void) {
    static seed s;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        seed_start(&s);
        seed_text(&s, texts[i].text);
        seed_save(&s, texts[i].target, "%s", texts[i].name);
    }
    save_options();
}
