namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>A server that is ready is warm, and has counted and recorded nothing of its warm-up.</summary>
internal sealed class WarmUpTests
{
    [Test]
    public async Task Server_that_is_ready_has_counted_and_recorded_nothing()
    {
        using var folder = new ScratchFolder("ready");
        var records = folder.Sub("records");
        await using var api = await ApiProcess.StartDevelopmentAsync(
            folder.Sub("data"),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["WARM_UP"] = "true", ["AUDIT_DIR"] = records });

        var metrics = (await api.Client.GetAsync("/metrics")).Text;
        var limits = (await api.Client.GetAsync("/rate-limits")).Json;
        var status = (await api.Client.GetAsync("/status")).Json;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics, Does.Not.Contain("WarmUp").And.Not.Contain("warm-up"));
            Assert.That(metrics, Does.Not.Contain("s3auth_decisions_total{").And.Not.Contain("s3auth_presigned_total{"));
            Assert.That(metrics, Does.Not.Contain("s3auth_signature_verification_duration_seconds_count{"));
            Assert.That(metrics, Does.Not.Contain("s3auth_refusals_total{").And.Not.Contain("http_route=\"/get-folder-access\""));
            Assert.That(metrics, Does.Match("(?m)^s3auth_replay_remembered\\S* 0\r?$").And.Match("(?m)^s3auth_quota_used\\S* 0\r?$"));
            Assert.That((long)limits["used_today"]!, Is.Zero, "the quota");
            Assert.That((long)status["activity"]!["last_hour"]!["requests"]!, Is.Zero, "the answers of the page");
            Assert.That(Directory.GetFiles(records), Is.Empty, "no audit file");
            Assert.That(api.ReadLog().Select(entry => entry.Level), Has.None.EqualTo(LogEntry.AuditLevel));
            Assert.That(api.ReadLog().Where(entry => entry.IsAboveInformation), Is.Empty);
        }
    }
}
