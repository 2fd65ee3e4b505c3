namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>
/// The stores and layouts that a class of cases runs on. Each store costs minutes, so a class runs only where its outcome can differ.
/// </summary>
public static class Deployments
{
    /// <summary>Every store in every layout: what a grant, a link or a listing does at the store.</summary>
    public static IEnumerable<TestFixtureData> Everywhere => All((_, _) => true);

    /// <summary>
    /// The same, but one layout of Swift, which is slow: thousands of files, or of requests that list them.
    /// </summary>
    public static IEnumerable<TestFixtureData> LargeEverywhere =>
        All((store, layout) => store != StoreKind.Swift || IsOneOfItsStore(store, layout));

    /// <summary>The same, with Swift nightly.</summary>
    public static IEnumerable<TestFixtureData> LargeEverywhereButSwift => Daily(
        LargeEverywhere,
        (StoreKind.Embedded, FolderLayoutKind.Coldkey),
        (StoreKind.Embedded, FolderLayoutKind.Hotkey),
        (StoreKind.Real, FolderLayoutKind.Coldkey),
        (StoreKind.Real, FolderLayoutKind.Hotkey));

    /// <summary>Every store that takes upload forms, in every layout: what a form does.</summary>
    public static IEnumerable<TestFixtureData> WithForms => All((store, _) => store != StoreKind.Swift);

    /// <summary>
    /// Every store in one layout, and each layout on one of the stores: slow programs that read and write files like others. The nightly
    /// build adds the embedded store's other layout.
    /// </summary>
    public static IEnumerable<TestFixtureData> EachStore => Daily(All(IsOneOfItsStore), DailyOfEachStore);

    /// <summary>The same, of stores that take upload forms.</summary>
    public static IEnumerable<TestFixtureData> EachStoreWithForms =>
        Daily(All((store, layout) => store != StoreKind.Swift && IsOneOfItsStore(store, layout)), DailyOfEachStore);

    /// <summary>Every layout on one store: what the service answers before it asks a store, or whatever the store is.</summary>
    public static IEnumerable<TestFixtureData> OneStore => All((store, _) => store == StoreKind.Embedded);

    /// <summary>Every layout on the real store, the only one with a Security Token Service.</summary>
    public static IEnumerable<TestFixtureData> RealStore => All((store, _) => store == StoreKind.Real);

    /// <summary>One layout on the real store, and nightly the other: slow programs whose outcome hardly depends on the layout.</summary>
    public static IEnumerable<TestFixtureData> OneRealStore => Daily(RealStore, (StoreKind.Real, FolderLayoutKind.Coldkey));

    /// <summary>
    /// One deployment, and nightly each other layout on its store: slow programs whose outcome hardly depends on the layout.
    /// </summary>
    public static IEnumerable<TestFixtureData> OneDeployment => Daily(OneStore, (StoreKind.Embedded, FolderLayoutKind.Coldkey));

    private static (StoreKind Store, FolderLayoutKind Layout)[] DailyOfEachStore =>
    [
        (StoreKind.Embedded, FolderLayoutKind.Hotkey), (StoreKind.Real, FolderLayoutKind.Coldkey),
        (StoreKind.Swift, FolderLayoutKind.Hotkey),
    ];

    /// <summary>The same, with each kind of proof in headers.</summary>
    public static IEnumerable<TestFixtureData> OneStoreWithHeaders =>
        from one in OneStore
        from kind in Enum.GetValues<ProofKind>()
        where kind != ProofKind.Commitment
        select new TestFixtureData([.. one.Arguments, kind]);

    /// <summary>The deployments that are chosen run in every build; the others have the category <c>Nightly</c>.</summary>
    internal static IEnumerable<TestFixtureData> Daily(
        IEnumerable<TestFixtureData> deployments, params (StoreKind Store, FolderLayoutKind Layout)[] daily) => deployments.Select(one =>
    {
        if (!daily.Any(chosen => one.Arguments is [StoreKind store, FolderLayoutKind layout] && (store, layout) == chosen))
        {
            one.Properties.Add("Category", "Nightly");
        }

        return one;
    });

    private static bool IsOneOfItsStore(StoreKind store, FolderLayoutKind layout) => store switch
    {
        StoreKind.Real => layout == FolderLayoutKind.Coldkey,
        StoreKind.Swift => layout == FolderLayoutKind.Hotkey,
        _ => true,
    };

    private static IEnumerable<TestFixtureData> All(Func<StoreKind, FolderLayoutKind, bool> isChosen) =>
        from store in Enum.GetValues<StoreKind>()
        from layout in Enum.GetValues<FolderLayoutKind>()
        where isChosen(store, layout)
        select new TestFixtureData(store, layout);
}
