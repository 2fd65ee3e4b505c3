using S3Auth.EndToEnd.Tests.Stores;

namespace S3Auth.EndToEnd.Tests.Cases;

/// <summary>Snippets of the page where one form takes any number of files.</summary>
internal sealed class SnippetCases(StoreKind store, FolderLayoutKind layout) : SnippetFixture(store, layout);
