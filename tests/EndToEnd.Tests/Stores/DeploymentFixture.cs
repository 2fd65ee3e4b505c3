namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>
/// Base of cases on a deployment. A class runs on every store in every layout, unless it names other <see cref="Deployments"/>.
/// </summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.Everywhere))]
public abstract class DeploymentFixture(StoreKind store, FolderLayoutKind layout)
{
    private Deployment? _deployment;

    internal Deployment Deployment => _deployment ?? throw new InvalidOperationException("The deployment is not there yet.");

    internal ServiceClient Client => Deployment.Client;

    internal Bucket Bucket => Deployment.Bucket;

    internal StoreTraits Traits => Deployment.Traits;

    internal StoreKind Store => store;

    internal FolderLayoutKind Layout => layout;

    /// <summary>The kind of deployment that these cases need.</summary>
    internal virtual DeploymentKind Kind => DeploymentKind.Common;

    /// <summary>True if these cases upload by forms.</summary>
    internal virtual bool NeedsForms => false;

    [OneTimeSetUp]
    public async Task ReachDeployment()
    {
        if (Deployment.WhyNot(store) is { } reason)
        {
            Assert.Ignore(reason);
        }

        _deployment = await TestRun.Current.BorrowDeploymentAsync(store, layout, Kind);
        if (NeedsForms && !Traits.TakesForms)
        {
            Assert.Ignore("Skipped because the store that was chosen takes no upload forms.");
        }
    }

    [OneTimeTearDown]
    public void ReturnDeployment()
    {
        if (_deployment is not null)
        {
            TestRun.Current.Return(_deployment, store, layout, Kind);
        }
    }

    /// <summary>Returns random bytes.</summary>
    internal static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Returns a valid request for each signed endpoint: the miner's own, and a validator's for this miner.</summary>
    internal IReadOnlyList<Call> EveryCall(Miner miner)
    {
        var (validator, member, owner) = (Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner));
        return
        [
            Call.FolderAccess(miner),
            Call.FileUpload(miner, $"{Guid.NewGuid()}.bin"),
            Call.FileUploads(miner, [($"{Guid.NewGuid()}/a.bin", 2000, null)]),
            Call.CreateUpload(miner, $"{Guid.NewGuid()}.bin", 2000),
            Call.MyFiles(miner),
            Call.ValidatorAccess(validator),
            Call.MinerAccess(validator, member, owner),
            Call.MinerList(validator, member, owner),
            Call.FolderUrls(validator),
            Call.FileUrls(validator, member, owner, Deployment.FolderOf(miner) + "file.bin"),
            Call.Files(validator, member, owner),
        ];
    }

    /// <summary>Asserts status and code of a refusal and, if given, the members that it names.</summary>
    internal static void AssertRefused(Answer answer, int status, string code, params string[] wrong)
    {
        Assert.That(((int)answer.Status, answer.ContentType), Is.EqualTo((status, "application/problem+json")), answer.ToString());
        Assert.That(answer.Code, Is.EqualTo(code), answer.ToString());
        if (wrong.Length > 0)
        {
            Assert.That(answer.Wrong, Is.EquivalentTo(wrong), answer.ToString());
        }
    }

    /// <summary>Asserts that the store refuses and that its content does not change.</summary>
    internal async Task AssertRefusedAsync(Func<Task<StoreAnswer>> attempt, string? because = null)
    {
        var before = await Bucket.ListAsync();
        var answer = await attempt();
        var after = await Bucket.ListAsync();
        using (Assert.EnterMultipleScope())
        {
            // A proxy says 502 if the store refuses and does not wait for the body. What is stored decides.
            Assert.That(answer.Refused || answer.Status == HttpStatusCode.BadGateway, $"{because} {answer}");
            Assert.That(after, Is.EqualTo(before), because);
        }
    }

    /// <summary>Asserts that nothing outside the folder changes, whatever the store answers.</summary>
    internal async Task AssertNothingOutsideAsync(string folder, Func<Task<StoreAnswer>> attempt, string? because = null)
    {
        var before = await Bucket.ListAsync();
        var answer = await attempt();
        var after = await Bucket.ListAsync();
        using (Assert.EnterMultipleScope())
        {
            // Some real stores answer these requests with 5xx. The product's own must not.
            Assert.That((int)answer.Status, store == StoreKind.Embedded ? Is.LessThan(500) : Is.Positive, $"{because} {answer}");
            Assert.That(after.Where(one => !one.Key.StartsWith(folder, StringComparison.Ordinal)), Is.EqualTo(
                before.Where(one => !one.Key.StartsWith(folder, StringComparison.Ordinal))), because);
        }
    }
}
