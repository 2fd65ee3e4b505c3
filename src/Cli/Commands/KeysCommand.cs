namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth keys</c>.</summary>
internal static class KeysCommand
{
    internal static Command Create(CommonOptions common)
    {
        var offline = new Option<bool>("--offline") { Description = "Do not ask the server what the hotkeys may do" };
        var command = new ToolCommand("keys", "List your wallets' hotkeys, and what each may do on the server")
        {
            Examples = ["s3auth keys", "s3auth keys --wallet-path /srv/wallets --offline"],
        };
        command.Add(offline);
        common.RunInteractive(command, async (parsed, report, cancellationToken) =>
        {
            var settings = common.ReadSettings(parsed, report);
            var address = parsed.GetValue(offline) ? null : settings.Server;
            if (address is null && !parsed.GetValue(offline))
            {
                report.Note("No server is given, so this lists the files only. Pass --server, or run `s3auth configure` once.");
            }

            using var server = address is null
                ? null
                : new PublicServer(CommonOptions.ReadServer(address), new S3AuthClientOptions { Attempts = 2 });
            var folder = new WalletFolder(Path.GetFullPath(settings.Identity.WalletPath));
            return await new KeysRun(report, server, folder).RunAsync(settings.Identity.HotkeyFile, cancellationToken);
        });
        return command;
    }
}
