namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>The page's snippets with <c>UPLOAD_METHOD=PUT</c>.</summary>
[TestFixtureSource(typeof(SnippetPutTests), nameof(Chosen))]
internal sealed class SnippetPutTests(StoreKind store, FolderLayoutKind layout) : SnippetFixture(store, layout)
{
    public static IEnumerable<TestFixtureData> Chosen => Deployments.Daily(
        Deployments.Everywhere, (StoreKind.Swift, FolderLayoutKind.Hotkey));

    internal override DeploymentKind Kind => DeploymentKind.Put;

    [TestCaseSource(nameof(LanguagesWithoutBuild))]
    public Task Miner_uploads_by_what_the_page_shows(string language) => UploadAsync(language);
}
