using S3Auth.Cli.Grants;
using S3Auth.Client.Quotas;

namespace S3Auth.Cli.Tests;

public sealed class KeptQuotaTests
{
    // Clocks are set back, and the quota of yesterday says nothing about today.
    [TestCase(-1, false)]
    [TestCase(0, true)]
    [TestCase(59, true)]
    [TestCase(60, false)]
    public void Kept_quota_is_used_until_it_resets(int minutes, bool isUsed)
    {
        var folder = Directory.CreateTempSubdirectory("s3auth-quota-");
        var state = new KeptState(Path.Combine(folder.FullName, "state"), text => Assert.Fail(text));
        var at = new DateTimeOffset(2026, 1, 1, 23, 0, 0, TimeSpan.Zero);
        KeptQuota.Write(state, new QuotaStatus("miner", 3, 100, null, at, at.AddHours(1)));

        Assert.That(KeptQuota.Read(state, at.AddMinutes(minutes)), isUsed ? Is.Not.Null : Is.Null);
        folder.Delete(recursive: true);
    }
}
