namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>Base of cases that run <c>s3auth</c> in a folder of their own against a deployment.</summary>
public abstract class ToolFixture(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    /// <summary>The current folder of the program.</summary>
    internal ScratchFolder Folder { get; private set; } = null!;

    internal S3AuthTool Cli { get; private set; } = null!;

    [SetUp]
    public void SetUp()
    {
        Folder = new ScratchFolder("tool");
        Cli = new S3AuthTool(Client.Address, Folder);
    }

    [TearDown]
    public void TearDown() => Folder.Dispose();

    /// <summary>Returns the path of a file below a folder of the current folder.</summary>
    internal string Local(string folder, string key) => Path.Combine(Folder.Path, folder, key);
}
