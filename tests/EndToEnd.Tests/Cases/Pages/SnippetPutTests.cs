namespace S3Auth.EndToEnd.Tests.Cases;

/// <summary>Snippets of the page where each file is sent by PUT.</summary>
internal sealed class SnippetPutTests(StoreKind store, FolderLayoutKind layout) : SnippetFixture(store, layout)
{
    internal override DeploymentKind Kind => DeploymentKind.Put;
}
