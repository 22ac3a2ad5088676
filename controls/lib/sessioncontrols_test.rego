package evidence.lib.sessioncontrols_test

import data.evidence.lib.sessioncontrols

policy(controls) := {"sessionControls": controls}

change(before, after) := {concat(" ", [loss.part, loss.change]) | some loss in sessioncontrols.weaker(policy(before), policy(after))}

frequency(value, type) := {"signInFrequency": {"value": value, "type": type, "isEnabled": true, "frequencyInterval": "timeBased", "authenticationType": "primaryAndSecondaryAuthentication"}}

every_time := {"signInFrequency": {"value": null, "type": null, "isEnabled": true, "frequencyInterval": "everyTime", "authenticationType": "primaryAndSecondaryAuthentication"}}

test_off if {
	change(frequency(4, "hours"), null) == {"sessionControls.signInFrequency off"}
	change({"applicationEnforcedRestrictions": {"isEnabled": true}}, {"applicationEnforcedRestrictions": {"isEnabled": false}}) == {"sessionControls.applicationEnforcedRestrictions off"}
	change({"disableResilienceDefaults": true}, {"disableResilienceDefaults": false}) == {"sessionControls.disableResilienceDefaults off"}
	change({"disableResilienceDefaults": null}, {"disableResilienceDefaults": true}) == set()
	change(null, frequency(4, "hours")) == set()
	change({"persistentBrowser@odata.context": "https://x"}, {}) == set()
}

test_how_often if {
	change(frequency(4, "hours"), frequency(1, "days")) == {"sessionControls.signInFrequency 4 h → 24 h"}
	change(every_time, frequency(1, "hours")) == {"sessionControls.signInFrequency 0 h → 1 h"}
	change(frequency(1, "hours"), every_time) == set()
	change(frequency(1, "days"), frequency(4, "hours")) == set()
	change(frequency(4, "hours"), frequency(4, "moons")) == {"sessionControls.signInFrequency ±?"}
	second := {"signInFrequency": object.union(frequency(4, "hours").signInFrequency, {"authenticationType": "secondaryAuthentication"})}
	change(frequency(4, "hours"), second) == {"sessionControls.signInFrequency ±?"}
}

browser(mode) := {"persistentBrowser": {"mode": mode, "isEnabled": true}}

test_settings_that_permit if {
	change(browser("never"), browser("always")) == {"sessionControls.persistentBrowser always"}
	change({}, browser("always")) == {"sessionControls.persistentBrowser always"}
	change(browser("always"), browser("never")) == set()
	change(browser("always"), {}) == set()
	change(browser("never"), {"persistentBrowser": {"mode": "always", "isEnabled": false}}) == {"sessionControls.persistentBrowser off"}
	change({"continuousAccessEvaluation": {"mode": "strictLocation"}}, {"continuousAccessEvaluation": {"mode": "disabled"}}) == {"sessionControls.continuousAccessEvaluation disabled"}
	change({}, {"continuousAccessEvaluation": {"mode": "disabled"}}) == {"sessionControls.continuousAccessEvaluation disabled"}
}

test_other_settings if {
	change({"cloudAppSecurity": {"cloudAppSecurityType": "blockDownloads", "isEnabled": true}}, {"cloudAppSecurity": {"cloudAppSecurityType": "monitorOnly", "isEnabled": true}}) == {"sessionControls.cloudAppSecurity ±?"}
}
