package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/evidencepack/evidence"
)

var apigatewayStage = kind{
	name: "apigateway.stage", form: evidence.Snapshot,
	title: evidence.Text{JA: "API Gateway の REST API のステージ", EN: "stage of a REST API in API Gateway"},
	needs: []need{{"apigateway:GET", evidence.Text{
		JA: "対象は /restapis 以下", EN: "on /restapis and what is below it",
	}}},
	read: readStages,
}

// apiPage is the largest page of API Gateway's lists.
const apiPage = 500

// readStages tells a stage by the ID of its API and its name, since its name alone is
// that of others too. It leaves the values of stage variables out: they are where credentials of
// backends are kept.
func readStages(ctx context.Context, r *reader) error {
	client := apigateway.NewFromConfig(r.config)
	for {
		out, err := client.GetRestApis(ctx, &apigateway.GetRestApisInput{Limit: aws.Int32(apiPage), Position: r.token()})
		if err != nil {
			return err
		}
		for _, api := range out.Items {
			id := aws.ToString(api.Id)
			if id == "" {
				r.unnamed("a REST API")
				continue
			}
			stages, err := client.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: &id})
			if coded(err, "NotFoundException") {
				r.deleted("REST API " + id)
				continue
			}
			if err != nil {
				if err := r.partly("REST API "+short(id), err); err != nil {
					return err
				}
				continue
			}
			r.page(stages.ResultMetadata)
			restAPI, err := object([]noun{{"id", api.Id}, {"name", api.Name}, {"endpointConfiguration", api.EndpointConfiguration}})
			if err != nil {
				return err
			}
			for _, stage := range stages.Item {
				name := aws.ToString(stage.StageName)
				if name == "" {
					r.unnamed("a stage of REST API " + short(id))
					continue
				}
				stage.Variables = nil
				if stage.CanarySettings != nil {
					stage.CanarySettings.StageVariableOverrides = nil
				}
				whole := id + "/" + name
				if err := r.snapshot(whole, noun{"Id", whole}, noun{"RestApi", restAPI}, noun{"Stage", stage}); err != nil {
					return err
				}
			}
		}
		if more, err := r.next(out.Position); !more || err != nil {
			return err
		}
	}
}
