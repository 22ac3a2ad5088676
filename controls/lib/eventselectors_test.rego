package evidence.lib.eventselectors_test

import data.evidence.lib.eventselectors

all := {"readWriteType": "All", "includeManagementEvents": true}

management(fields) := {"fieldSelectors": array.concat([{"field": "eventCategory", "equals": ["Management"]}], fields)}

data_events := {"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}

test_dropped if {
	eventselectors.dropped([], []) == {"ReadOnly", "WriteOnly"}
	eventselectors.dropped([all], []) == set()
	eventselectors.dropped([], [management([])]) == set()
	eventselectors.dropped([], [data_events]) == {"ReadOnly", "WriteOnly"}
	eventselectors.dropped([], [data_events, management([{"field": "readOnly", "equals": ["true"]}])]) == {"WriteOnly"}
}

test_recorded if {
	eventselectors.recorded([{"readWriteType": "ReadOnly"}], [], "ReadOnly")
	not eventselectors.recorded([{"readWriteType": "ReadOnly"}], [], "WriteOnly")
	not eventselectors.recorded([{"includeManagementEvents": false}], [], "ReadOnly")
	eventselectors.recorded([], [management([{"field": "readOnly", "equals": ["false"]}])], "WriteOnly")
	not eventselectors.recorded([], [management([{"field": "eventName", "notEquals": ["StopLogging"]}])], "WriteOnly")
}

test_management if {
	eventselectors.management([data_events, management([])]) == [management([])]
	eventselectors.management([{"fieldSelectors": null}, {}]) == []
}

test_leaves if {
	eventselectors.leaves({"field": "eventCategory", "equals": ["Management"]}, "ReadOnly")
	eventselectors.leaves({"field": "readOnly", "equals": ["true"]}, "ReadOnly")
	not eventselectors.leaves({"field": "readOnly", "equals": ["true"]}, "WriteOnly")
	eventselectors.leaves({"field": "readOnly", "equals": ["false"]}, "WriteOnly")
	eventselectors.leaves({"field": "eventSource", "notEquals": ["kms.amazonaws.com"]}, "ReadOnly")
	not eventselectors.leaves({"field": "eventSource", "equals": ["s3.amazonaws.com"]}, "ReadOnly")
	not eventselectors.leaves({"field": "eventSource", "equals": ["s3.amazonaws.com"], "notEquals": ["x"]}, "ReadOnly")
}

test_excluded if {
	eventselectors.excluded([all, {"excludeManagementEventSources": null}], []) == set()
	eventselectors.excluded(
		[{"excludeManagementEventSources": ["kms.amazonaws.com"]}],
		[management([{"field": "eventSource", "notEquals": ["rdsdata.amazonaws.com"]}])],
	) == {"kms.amazonaws.com", "rdsdata.amazonaws.com"}
	eventselectors.excluded([], [data_events]) == set()
}
