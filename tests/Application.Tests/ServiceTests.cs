namespace S3Auth.Application.Tests;

public sealed class ServiceTests
{
    private Subnet _subnet = null!;

    [SetUp]
    public void SetUp() => _subnet = new Subnet();

    [TearDown]
    public void TearDown() => _subnet.Dispose();

    [Test]
    public async Task Health_contains_the_stores_latency_and_the_metagraphs_age()
    {
        _subnet.Store.Setup(port => port.PingAsync(It.IsAny<CancellationToken>())).ReturnsAsync(TimeSpan.FromMilliseconds(12.34));

        var health = await _subnet.SendAsync(new GetHealthQuery());

        Assert.Multiple(() =>
        {
            Assert.That(health.Status, Is.EqualTo("ok"));
            Assert.That(health.S3Ok, Is.True);
            Assert.That(health.S3LatencyMs, Is.EqualTo(12.3));
            Assert.That(health.MetagraphSyncer.Block, Is.EqualTo(7));
            Assert.That(health.MetagraphSyncer.AgeSeconds, Is.EqualTo(5));
            Assert.That(health.MetagraphSyncer.Endpoint, Is.EqualTo("wss://node"));
        });
    }

    [Test]
    public async Task Health_is_degraded_when_the_store_fails()
    {
        _subnet.Store.Setup(port => port.PingAsync(It.IsAny<CancellationToken>()))
            .ThrowsAsync(new RefusedException(RefusalCode.StorageUnavailable, "away"));

        var health = await _subnet.SendAsync(new GetHealthQuery());

        Assert.Multiple(() =>
        {
            Assert.That(health.Status, Is.EqualTo("degraded"));
            Assert.That(health.S3Ok, Is.False);
            Assert.That(health.S3LatencyMs, Is.Null);
        });
    }

    [Test]
    public async Task Health_is_degraded_when_the_store_does_not_answer()
    {
        _subnet.Store.Setup(port => port.PingAsync(It.IsAny<CancellationToken>()))
            .Returns(async (CancellationToken cancellationToken) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                return TimeSpan.Zero;
            });

        var asked = _subnet.SendAsync(new GetHealthQuery());
        _subnet.Time.Advance(TimeSpan.FromSeconds(4));

        Assert.That((await asked).S3Ok, Is.False);
    }

    [Test]
    public async Task Health_is_degraded_while_the_edited_access_rules_are_invalid()
    {
        _subnet.AccessRules.SetupGet(port => port.Problem).Returns("The edited rules are invalid.");

        var health = await _subnet.SendAsync(new GetHealthQuery());
        var status = await _subnet.SendAsync(new GetStatusQuery());

        Assert.Multiple(() =>
        {
            Assert.That((health.Status, health.AccessRulesProblem), Is.EqualTo(("degraded", "The edited rules are invalid.")));
            Assert.That(status.Problems, Does.Contain("The edited rules are invalid."));
        });
    }

    [Test]
    public async Task Health_is_degraded_without_a_metagraph()
    {
        _subnet.Metagraph.SetupGet(port => port.Current).Returns((Metagraph?)null);

        Assert.That((await _subnet.SendAsync(new GetHealthQuery())).Status, Is.EqualTo("degraded"));
    }

    [Test]
    public async Task Health_checks_share_one_call_to_the_store()
    {
        for (var i = 0; i < 100; i++)
        {
            await _subnet.SendAsync(new GetHealthQuery());
        }

        _subnet.Store.Verify(port => port.PingAsync(It.IsAny<CancellationToken>()), Times.Once);

        _subnet.Time.Advance(TimeSpan.FromSeconds(6));
        await _subnet.SendAsync(new GetHealthQuery());

        _subnet.Store.Verify(port => port.PingAsync(It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [Test]
    public async Task Server_is_ready_if_it_can_decide_on_requests_and_sign()
    {
        var ready = await _subnet.SendAsync(new GetReadinessQuery());

        _subnet.Metagraph.SetupGet(port => port.Current).Returns((Metagraph?)null);
        _subnet.Metagraph.Setup(port =>
            port.Describe()).Returns(new MetagraphState(true, null, 0, null, null, null, "The node does not answer."));
        _subnet.Signer.Unavailable = true;
        var notReady = await _subnet.SendAsync(new GetReadinessQuery());

        Assert.Multiple(() =>
        {
            Assert.That(ready.IsReady, Is.True);
            Assert.That(notReady.IsReady, Is.False);
            Assert.That(notReady.Failing["metagraph"], Is.EqualTo("The node does not answer."));
            Assert.That(notReady.MetagraphSyncer.LastError, Is.EqualTo("The node does not answer."));
            Assert.That((ready.MetagraphSyncer.Block, ready.MetagraphSyncer.AgeSeconds), Is.EqualTo((7, 5)));
            Assert.That(notReady.Failing.Keys, Is.EquivalentTo(new[] { "metagraph", "credentials" }));
        });
    }

    [Test]
    public async Task Readiness_and_health_show_the_metagraphs_warnings_and_stay_good()
    {
        string[] warnings = ["The node wss://b gives another answer.", "Finality lags."];
        var blockTime = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now - 30);
        _subnet.Metagraph.Setup(port => port.Describe()).Returns(
            new MetagraphState(true, 7, 3, DateTimeOffset.FromUnixTimeSeconds(Subnet.Now - 5), TimeSpan.FromSeconds(30.9), "wss://a", null)
            {
                BlockTime = blockTime,
                SpecVersion = 343,
                Warnings = warnings,
            });

        var readiness = await _subnet.SendAsync(new GetReadinessQuery());
        var health = await _subnet.SendAsync(new GetHealthQuery());

        Assert.Multiple(() =>
        {
            Assert.That(readiness.IsReady, Is.True);
            Assert.That(
                readiness.Warnings,
                Is.EqualTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["metagraph"] = string.Join(' ', warnings) }));
            Assert.That(health.Status, Is.EqualTo("ok"));
            foreach (var syncer in new[] { readiness.MetagraphSyncer, health.MetagraphSyncer })
            {
                Assert.That(syncer.Warnings, Is.EqualTo(warnings));
                Assert.That((syncer.BlockTime, syncer.AgeSeconds, syncer.SpecVersion), Is.EqualTo((blockTime, 30, 343)));
            }
        });
    }

    [Test]
    public async Task Readiness_has_no_warning_of_the_metagraph_if_there_is_none() =>
        Assert.That((await _subnet.SendAsync(new GetReadinessQuery())).Warnings, Is.Empty);

    [Test]
    public async Task Server_that_the_store_refuses_is_not_ready_and_says_why()
    {
        Found(StoreFindings.None with { Refusal = "It refuses: set S3_REGION=eu-west-1.", RefusesSignatures = true });
        _subnet.Signer.Unavailable = true;
        _subnet.Store.Setup(port => port.PingAsync(It.IsAny<CancellationToken>())).ThrowsAsync(RefusedException.StorageRefuses());

        var readiness = await _subnet.SendAsync(new GetReadinessQuery());
        var health = await _subnet.SendAsync(new GetHealthQuery());
        var status = await _subnet.SendAsync(new GetStatusQuery());

        Assert.Multiple(() =>
        {
            Assert.That(readiness.IsReady, Is.False);
            Assert.That(
                readiness.Failing,
                Is.EqualTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["store"] = "It refuses: set S3_REGION=eu-west-1." }));
            Assert.That((health.Status, health.Store.Problem), Is.EqualTo(("degraded", "It refuses: set S3_REGION=eu-west-1.")));
            Assert.That(status.Problems, Is.EqualTo(new[] { "It refuses: set S3_REGION=eu-west-1." }));
        });
    }

    [Test]
    public async Task Problem_at_the_public_endpoint_or_with_put_degrades_health_and_leaves_the_server_ready()
    {
        Found(
            StoreFindings.None with { PublicEndpointOk = false, PublicEndpointProblem = "Not there.", FormProblem = "No forms.",
                UploadMethod = UploadMethod.Put,
                Capabilities = new StoreCapabilities { PutUploads = PutUploads.Unsafe },
                PutProblem = "Not safe.",
            });

        var readiness = await _subnet.SendAsync(new GetReadinessQuery());
        var health = await _subnet.SendAsync(new GetHealthQuery());
        var status = await _subnet.SendAsync(new GetStatusQuery());

        Assert.Multiple(() =>
        {
            Assert.That(readiness.IsReady, Is.True);
            Assert.That(
                readiness.Warnings,
                Is.EqualTo(
                    new Dictionary<string,
                    string>(StringComparer.Ordinal) { ["public_endpoint"] = "Not there.", ["post_uploads"] = "No forms.",
                        ["put_uploads"] = "Not safe." }));
            Assert.That(
                (health.Status, health.Store.PublicEndpointOk, health.Store.PutUploads), Is.EqualTo(("degraded", (bool?)false, "unsafe")));
            Assert.That(status.Problems, Is.EqualTo(new[] { "Not there.", "No forms.", "Not safe." }));
        });
    }

    [Test]
    public async Task Problem_with_sessions_degrades_health_and_leaves_the_server_ready()
    {
        Found(StoreFindings.None with
        {
            SessionProblem = "A session can delete files.",
            Checks = [new StoreCheck("sessions", StoreCheckResult.Fail, "A session can delete files.")],
        });

        var readiness = await _subnet.SendAsync(new GetReadinessQuery());
        var health = await _subnet.SendAsync(new GetHealthQuery());
        var status = await _subnet.SendAsync(new GetStatusQuery());

        Assert.Multiple(() =>
        {
            Assert.That(readiness.IsReady, Is.True);
            Assert.That(readiness.Warnings["sessions"], Is.EqualTo("A session can delete files."));
            Assert.That((health.Status, health.Store.SessionProblem), Is.EqualTo(("degraded", "A session can delete files.")));
            Assert.That(status.Problems, Is.EqualTo(new[] { "A session can delete files." }), "It is named once.");
        });
    }

    [Test]
    public async Task Status_names_failures_of_the_report_about_the_store_that_nothing_else_describes()
    {
        Found(StoreFindings.None with
        {
            Checks =
            [
                new StoreCheck("put", StoreCheckResult.Fail, "It is unsafe."),
                new StoreCheck("public_access", StoreCheckResult.Fail, "Anyone can read it."),
                new StoreCheck("cors", StoreCheckResult.Warn, "No page may use it."),
            ],
        });

        var problem = (await _subnet.SendAsync(new GetStatusQuery())).Problems.Single();

        Assert.That(problem, Does.StartWith("The check of the object store failed for public_access. "));
    }

    [TestCase(UploadMethod.Post, PutUploads.Unsafe, null, true)]
    [TestCase(UploadMethod.Post, PutUploads.Safe, "No forms.", false)]
    [TestCase(UploadMethod.Put, PutUploads.Safe, null, true)]
    [TestCase(UploadMethod.Put, PutUploads.Unknown, null, false)]
    [TestCase(UploadMethod.Put, PutUploads.Unsafe, null, false)]
    public async Task Health_knows_whether_uploads_are_granted(UploadMethod method, PutUploads puts, string? formProblem, bool expected)
    {
        Found(StoreFindings.None with
        {
            UploadMethod = method,
            FormProblem = formProblem,
            Capabilities = new StoreCapabilities { PutUploads = puts },
        });

        Assert.That((await _subnet.SendAsync(new GetHealthQuery())).Store.TakesUploads, Is.EqualTo(expected));
    }

    [Test]
    public async Task Failed_check_of_the_store_degrades_health_and_leaves_the_server_ready()
    {
        Found(StoreFindings.None with { CheckProblem = "The check failed." });

        var readiness = await _subnet.SendAsync(new GetReadinessQuery());
        var health = await _subnet.SendAsync(new GetHealthQuery());

        Assert.Multiple(() =>
        {
            Assert.That(readiness.IsReady, Is.True);
            Assert.That(
                readiness.Warnings, Is.EqualTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["store"] = "The check failed." }));
            Assert.That((health.Status, health.Store.Problem), Is.EqualTo(("degraded", "The check failed.")));
        });
    }

    [Test]
    public async Task Readiness_does_not_call_the_store()
    {
        await _subnet.SendAsync(new GetReadinessQuery());

        _subnet.Store.VerifyNoOtherCalls();
    }

    [Test]
    public async Task Commitment_examples_follow_their_formats()
    {
        var formats = await _subnet.SendAsync(new GetCommitmentFormatsQuery());

        Assert.Multiple(() =>
        {
            Assert.That(formats.ServerTime, Is.EqualTo(Subnet.Now));
            Assert.That(formats.Formats["folder_access"].Format, Is.EqualTo("s3:data:access:{coldkey}:{hotkey}:{timestamp}"));
            Assert.That(formats.Formats["folder_access"].Example, Is.EqualTo($"s3:data:access:{Subnet.Dave}:{Subnet.Bob}:{Subnet.Now}"));
            Assert.That(formats.Formats["validator_access"].Format, Is.EqualTo("s3:validator:access:{timestamp}"));
            Assert.That(formats.Formats["validator_access"].Example, Is.EqualTo($"s3:validator:access:{Subnet.Now}"));
            Assert.That(formats.Instructions, Has.Some.Contain("300 s old and 60 s ahead"));
        });
    }

    private void Found(StoreFindings findings) => _subnet.StoreState.SetupGet(port => port.Current).Returns(findings);

    [Test]
    public async Task Structure_contains_the_sizes_that_files_may_have()
    {
        using var subnet = new Subnet { FileSizes = new FileSizeLimits(100, 200) };

        var structure = await subnet.SendAsync(new GetStructureQuery());

        Assert.That((structure.MinBytes, structure.MaxBytes), Is.EqualTo((100, 200)));
    }

    [Test]
    public async Task Structure_contains_the_layout_and_example_paths()
    {
        var structure = await _subnet.SendAsync(new GetStructureQuery());

        Assert.Multiple(() =>
        {
            Assert.That(structure.FolderLayout, Is.EqualTo("coldkey"));
            Assert.That(structure.Sources, Is.EqualTo(new[] { "x", "reddit" }));
            Assert.That(structure.ExamplePaths, Has.Count.EqualTo(2).And.All.StartsWith("data/"));
        });
    }
}
