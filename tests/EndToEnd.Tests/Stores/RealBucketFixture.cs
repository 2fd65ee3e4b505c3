namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>Base of cases with a bucket of their own at the real store. Ignores them if there is none.</summary>
/// <param name="name">The beginning of the bucket's name.</param>
public abstract class RealBucketFixture(string name)
{
    internal RealStore Real { get; private set; } = null!;

    /// <summary>The bucket, with the keys of its owner.</summary>
    internal Bucket Store { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task CreateBucket()
    {
        if (RealStoreHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        Real = await TestRun.Current.RealStore.GetAsync();
        Store = new Bucket(
            Real.Endpoint, Real.Region, $"{name}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}", Real.Keys);
        await Store.CreateAsync();
    }

    [OneTimeTearDown]
    public async Task RemoveBucket()
    {
        if (Store is not null)
        {
            await Store.RemoveAsync();
            Store.Dispose();
        }
    }
}
