namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>The page's snippets with <c>UPLOAD_METHOD=PUT</c>.</summary>
internal sealed class SnippetPutTests(StoreKind store, FolderLayoutKind layout) : SnippetFixture(store, layout)
{
    internal override DeploymentKind Kind => DeploymentKind.Put;
}
