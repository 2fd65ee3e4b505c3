namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>The endpoints that need no proof.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneStore))]
internal sealed class ServicePagesTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private string LayoutText => Deployment.Layout == FolderLayoutKind.Coldkey ? "data/{source}/{coldkey}/" : "data/hotkey={hotkey}/";

    [Test]
    public async Task Health_check_says_that_all_is_well()
    {
        // A store that takes too long on a busy machine counts as down for some seconds.
        JsonObject health = [];
        await Wait.UntilAsync(
            async () => (bool?)(health = await OkAsync("/healthcheck"))["s3_ok"] is true, () => health.ToJsonString());

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)health["status"], Is.EqualTo("ok"));
            Assert.That((bool?)health["s3_ok"], Is.True);
            Assert.That((double?)health["s3_latency_ms"], Is.GreaterThan(0));
            Assert.That((string?)health["bucket"], Is.EqualTo(Bucket.Name));
            Assert.That((string?)health["region"], Is.EqualTo(Bucket.Region));
            Assert.That((string?)health["folder_structure"], Is.EqualTo(LayoutText));
            Assert.That((int?)health["metagraph_syncer"]!["netuid"], Is.EqualTo(46));
            Assert.That((int?)health["metagraph_syncer"]!["hotkeys_count"], Is.EqualTo(Deployment.Subnet.Miners.Count + 5));
            Assert.That((string?)health["timestamp"], Does.EndWith("+00:00"));
            Assert.That(health.ContainsKey("redis_ok"));
        }
    }

    [Test]
    public async Task Health_check_gives_no_keys_away()
    {
        var answer = await Client.GetAsync("/healthcheck");

        Assert.That(answer.Text, Does.Not.Contain(Bucket.Keys.Secret));
    }

    [Test]
    public async Task Live_and_ready_are_told_apart()
    {
        Assert.That((await Client.GetAsync("/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await Client.GetAsync("/readyz")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Commitment_format_as_published_opens_the_door_when_it_is_followed()
    {
        var formats = (await OkAsync("/commitment-formats")).ToJsonString();
        var published = (JsonNode.Parse(formats)!["formats"]!["folder_access"]!["format"]!).GetValue<string>();
        var miner = Deployment.NextMiner();
        var moment = ServiceClient.Now;
        var text = published
            .Replace("{coldkey}", miner.Coldkey.Address, StringComparison.Ordinal)
            .Replace("{hotkey}", miner.Hotkey.Address, StringComparison.Ordinal)
            .Replace("{timestamp}", moment.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

        var body = ServiceClient.FolderAccessBody(miner, moment);
        body["signature"] = miner.Hotkey.SignHex(text);

        Assert.That((await Client.PostAsync(ServiceClient.FolderAccessPath, body)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(formats, Does.Contain("s3:validator:access:{timestamp}"));
    }

    [Test]
    public async Task Structure_describes_this_deployments_layout()
    {
        var structure = (await OkAsync("/structure-info")).ToJsonString();

        Assert.That(structure, Does.Contain(LayoutText));
    }

    [Test]
    public async Task Every_answer_has_a_request_id()
    {
        foreach (
            var path in (string[])
            [
                "/healthcheck", "/healthz", "/readyz", "/commitment-formats", "/structure-info", "/openapi.json", "/docs", "/nothing"
            ])
        {
            Assert.That((await Client.GetAsync(path)).RequestId, Does.Match("^[A-Za-z0-9._-]{1,64}$"), path);
        }
    }

    [Test]
    public async Task OpenApi_document_has_an_example_and_every_error_of_each_endpoint()
    {
        var document = await OkAsync("/openapi.json");

        Assert.That((string?)document["openapi"], Does.StartWith("3.0"));
        var paths = document["paths"]!.AsObject();
        Assert.That(paths.Select(path => path.Key), Is.SupersetOf((string[])
            [
                "/get-folder-access",
                "/get-validator-access",
                "/get-file-presigned-urls",
                "/healthcheck",
                "/healthz",
                "/readyz",
                "/commitment-formats",
                "/structure-info",
            ]));
        foreach (var path in (string[])["/get-folder-access", "/get-validator-access", "/get-file-presigned-urls"])
        {
            var post = paths[path]!["post"]!;
            var responses = post["responses"]!.AsObject().Select(response => response.Key).ToList();
            Assert.That(responses, Is.SupersetOf((string[])["200", "400", "401", "403", "413", "503"]), path);
            Assert.That(HasExample(post["requestBody"]!["content"]!["application/json"]!), $"{path} has no example of a request.");
            Assert.That(HasExample(post["responses"]!["200"]!["content"]!["application/json"]!), $"{path} has no example of an answer.");
            Assert.That(post["responses"]!["401"]!["content"]!.AsObject().ContainsKey("application/problem+json"), path);
        }

        Assert.That(paths["/get-validator-access"]!["post"]!["responses"]!.AsObject().ContainsKey("504"));
    }

    private static bool HasExample(JsonNode media) =>
        media["example"] is not null || media["examples"] is JsonObject { Count: > 0 } || media["schema"]?["example"] is not null;

    private async Task<JsonObject> OkAsync(string path)
    {
        var answer = await Client.GetAsync(path);
        Assert.That((answer.Status, answer.ContentType), Is.EqualTo((HttpStatusCode.OK, "application/json")), answer.ToString());
        return answer.Json;
    }
}
