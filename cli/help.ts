import { EXIT_HELP } from './exit.ts';

/** What stands below the flags in the help of a command. */

export const HELP = `
Examples:
  otvet ask "When do you open on Sunday?"
  otvet ask --session anna "And on holidays?"       go on with the same conversation
  otvet ask --json "Где парковка?" | jq -r .text    for scripts
  otvet import faq.csv                              questions and answers, a header names the columns
  otvet import ./handbook --dataset handbook        a folder of Markdown and text
  otvet create shop --name "Our shop" --language en ru
  otvet keys create "web shop" --scope ask          a key for a program
  otvet bots add --assistant shop                   a Telegram bot, by its token
  otvet export otvet.jsonl.gz                       everything, from a stopped server
  otvet doctor
  otvet status

Environment:
  OTVET_URL        the server; default http://127.0.0.1:8080 (or OTVET_PORT)
  OTVET_API_KEY    your key; the key of a server on this machine is found by itself
  OTVET_DATA_DIR   where that server keeps its data, if not in ./data of its repository
  OTVET_MONGODB_URL  its database, for export, import --all and doctor
  OTVET_NATS_URL   its NATS server, for dead-letters and doctor
  OTVET_ASSISTANT  who is meant where --assistant is not given
  NO_COLOR         no colours

${EXIT_HELP}
`;

export const BOTS_HELP = `
Examples:
  otvet bots add --assistant hotel                  asks for the token, and shows nothing of it
  otvet bots add -a hotel < token.txt
  otvet bots set @hotel_bot --assistant shop
  otvet bots remove @hotel_bot

The server needs a key to seal tokens with: OTVET_SECRET_KEY_FILE. Make one: otvet secret-key > otvet.key
`;

export const IMPORT_HELP = `
Examples:
  otvet import faq.csv
  otvet import ./handbook notes.txt --locale ru
  otvet import train.csv --dataset bank --json
  otvet import --all otvet.jsonl.gz                 what otvet export wrote, into empty stores

Waits until questions are answered from the files. Rejected rows are listed by file and row, all others stay;
the same row again replaces the earlier one. A file is UTF-8 and at most 16 MiB.
`;

export const EXPORT_HELP = `
Examples:
  otvet export otvet.jsonl.gz
  OTVET_DATA_DIR=/var/lib/otvet otvet export otvet.jsonl.gz
  OTVET_DATA_DIR=./copy otvet import --all otvet.jsonl.gz
  OTVET_MONGODB_URL=mongodb://db.example otvet import --all otvet.jsonl.gz

Reads the stores themselves, by the environment of the server. The file holds what people wrote and hashes of API keys.
`;

export const DEAD_LETTERS_HELP = `
Examples:
  OTVET_NATS_URL=nats://bus.example otvet dead-letters
  otvet dead-letters --replay 01jd3v9k2m
  otvet dead-letters --all

Each is shown with its id, kind, subject, when it was given up, by whom, after how many attempts and why. Remove the
cause first: what fails again comes back here. The log of the service has more under the same id.
`;
