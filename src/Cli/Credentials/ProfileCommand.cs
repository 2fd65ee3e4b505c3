namespace S3Auth.Cli.Credentials;

/// <summary>The command line with which AWS's tools get credentials from this program, from any folder.</summary>
internal static class ProfileCommand
{
    private const string HostName = "dotnet";

    // The SDK for Go removes the quotes with which a value begins, so a quoted path must not be the first word.
    private const string Starter = "/usr/bin/env";

    /// <exception cref="UsageException">A path or name has characters that such a line cannot have.</exception>
    internal static string Write(
        IReadOnlyList<string> program, Uri server, IdentityOptions identity, SessionParameters parameters, bool isWindows)
    {
        List<string> words =
        [
            .. program, "credentials", "--format", CredentialFormat.Process, "--server", server.AbsoluteUri,
            .. Given("--wallet", identity.Wallet),
            .. Given("--hotkey", identity.Wallet is null ? null : identity.HotkeyName),
            .. Given("--wallet-path", identity.Wallet is null ? null : Path.GetFullPath(identity.WalletPath)),
            .. Given("--hotkey-file", AbsoluteOf(identity.HotkeyFile)),
            .. Given("--mnemonic-file", AbsoluteOf(identity.MnemonicFile)),
            .. Given("--suri", identity.Suri),
            .. Given("--password-file", AbsoluteOf(identity.PasswordFile)),
            .. Given("--role", parameters.Role),
            .. Given("--source", parameters.Source),
            .. Given("--duration", parameters.Seconds?.ToString(CultureInfo.InvariantCulture)),
        ];
        var line = string.Join(' ', words.Select(word => ShellQuote.ForProcess(word, isWindows)));
        return line.StartsWith('"') && !isWindows ? $"{Starter} {line}" : line;
    }

    /// <summary>The words that start this program.</summary>
    internal static IReadOnlyList<string> ThisProgram()
    {
        var process = Environment.ProcessPath ?? throw new UsageException("The path of this program is not known.");
        return Path.GetFileNameWithoutExtension(process).Equals(HostName, StringComparison.OrdinalIgnoreCase)
            ? [process, Path.Combine(AppContext.BaseDirectory, "s3auth.dll")]
            : [process];
    }

    private static string? AbsoluteOf(string? path) => path is null ? null : Path.GetFullPath(path);

    private static IEnumerable<string> Given(string option, string? value) => value is null ? [] : [option, value];
}
