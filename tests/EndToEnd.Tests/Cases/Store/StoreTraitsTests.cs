namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>The stores of the suite have the traits that the table in docs/stores.md lists: Ceph 16.2, Swift 2.30.</summary>
internal sealed class StoreTraitsTests
{
    private static readonly StoreTraits Embedded = new(
        TakesForms: true,
        TrimsKeysOfForms: false,
        HasOtherBuckets: false,
        RefusesUnsignedHeaders: true,
        WritesOnCondition: true,
        TakesParts: true,
        EndsUploads: true,
        JudgesTokens: true,
        ListsControlCharacters: true);

    private static readonly StoreTraits Ceph = new(
        TakesForms: true,
        TrimsKeysOfForms: true,
        HasOtherBuckets: true,
        RefusesUnsignedHeaders: false,
        WritesOnCondition: true,
        TakesParts: true,
        EndsUploads: true,
        JudgesTokens: true,
        ListsControlCharacters: true);

    private static readonly StoreTraits Swift = new(
        TakesForms: false,
        TrimsKeysOfForms: false,
        HasOtherBuckets: true,
        RefusesUnsignedHeaders: true,
        WritesOnCondition: false,
        TakesParts: true,
        EndsUploads: false,
        JudgesTokens: false,
        ListsControlCharacters: false);

    [TestCase(StoreKind.Embedded)]
    [TestCase(StoreKind.Real)]
    [TestCase(StoreKind.Swift)]
    public async Task Store_has_the_traits_that_its_cases_rely_on(StoreKind store)
    {
        if (Deployment.WhyNot(store) is { } reason)
        {
            Assert.Ignore(reason);
        }

        var deployment = await TestRun.Current.BorrowDeploymentAsync(store, FolderLayoutKind.Coldkey, DeploymentKind.Common);
        try
        {
            if (store == StoreKind.Real && (await TestRun.Current.RealStore.GetAsync()).Name != "Ceph")
            {
                Assert.Ignore($"Skipped because another server stands in for Ceph. It has {deployment.Traits}.");
            }

            Assert.That(deployment.Traits, Is.EqualTo(store switch
            {
                StoreKind.Embedded => Embedded,
                StoreKind.Real => Ceph,
                _ => Swift,
            }));
            Assert.That(await deployment.Bucket.ListKeysAsync("traits/"), Is.Empty);
        }
        finally
        {
            TestRun.Current.Return(deployment, store, FolderLayoutKind.Coldkey, DeploymentKind.Common);
        }
    }
}
