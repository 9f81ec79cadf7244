// Expands calendars with ical.js, which reads the VTIMEZONE of the file: one JSON string (a calendar) a line in,
// one JSON list of [start, end] (milliseconds since 1970) a line out. Cancelled events are left out.
import { createInterface } from "node:readline";
import ICAL from "ical.js";

const MOST = 1000;

function occurrences(event) {
  if (!event.isRecurring()) {
    return [[event.startDate, event.endDate]];
  }
  const found = [];
  const dates = event.iterator();
  for (let date = dates.next(); date && found.length < MOST; date = dates.next()) {
    const { startDate, endDate } = event.getOccurrenceDetails(date);
    found.push([startDate, endDate]);
  }
  return found;
}

function expand(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  return calendar
    .getAllSubcomponents("vevent")
    .map((component) => new ICAL.Event(component)) // a master finds its exceptions by UID in the same calendar
    .filter((event) => !event.isRecurrenceException())
    .filter((event) => event.component.getFirstPropertyValue("status") !== "CANCELLED")
    .flatMap(occurrences)
    .map((times) => times.map((time) => time.toUnixTime() * 1000));
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(expand(JSON.parse(line))));
}
