namespace S3Auth.Cli.Tests;

/// <summary>A temporary folder of wallets in Bittensor's layout.</summary>
internal sealed class WalletFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s3auth-wallets-");

    /// <summary>The address in all files of <c>Vectors/wallets</c> that belong to one key.</summary>
    internal const string Hotkey = "5C4wjbsymLwXjXeveDxRP4jU3SYnZognrtW5L4atZL3WVnjk";

    internal string Path => _folder.FullName;

    /// <summary>Copies a key file of the vectors. Returns its path.</summary>
    internal string Put(string wallet, string hotkey, string vector) => Write(
        wallet,
        hotkey,
        File.ReadAllBytes(System.IO.Path.Combine(TestContext.CurrentContext.TestDirectory, "wallets", vector)));

    /// <summary>Writes a file into the folder of a wallet's hotkeys. Returns its path.</summary>
    internal string Write(string wallet, string name, byte[] content)
    {
        var hotkeys = Directory.CreateDirectory(System.IO.Path.Combine(Path, wallet, "hotkeys")).FullName;
        return WriteFile(System.IO.Path.Combine(hotkeys, name), content);
    }

    internal void PutColdkey(string wallet, string address) => WriteFile(
        System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(Path, wallet)).FullName, "coldkeypub.txt"),
        System.Text.Encoding.UTF8.GetBytes($"{{\"ss58Address\":\"{address}\"}}"));

    public void Dispose() => _folder.Delete(recursive: true);

    private static string WriteFile(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
