// htmx may look at the page before its extension is there: have it look at the live part once more.
htmx.process(document.getElementById("live"));
