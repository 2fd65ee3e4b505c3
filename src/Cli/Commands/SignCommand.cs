using System.Text.Json.Nodes;

namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth sign</c>: prints a signed request for other tools, such as curl.</summary>
internal static class SignCommand
{
    private static readonly string[] Kinds = ["folder-access", "validator-access", "miner", "folders", "files"];

    internal static Command Create(CommonOptions common)
    {
        var kind = new Argument<string>("REQUEST") { Description = string.Join(" | ", Kinds), HelpName = "REQUEST" };
        kind.AcceptOnlyFromAmong(Kinds);
        var miner = new Option<string?>("--miner", "-m")
        {
            Description = "For miner and files: the miner's address, as `s3auth miners` shows it",
            HelpName = "SS58",
        };
        var files = new Option<string[]>("--file")
        {
            Description = "For files: a key; may be repeated",
            HelpName = "KEY",
            DefaultValueFactory = _ => [],
        };
        var command = new ToolCommand("sign", "Print a signed request and a curl command that sends it; valid once, for some minutes")
        {
            Examples = ["s3auth sign folder-access --wallet default", "s3auth sign files --miner ADDRESS --file KEY --wallet validator"],
        };
        command.Add(kind);
        command.Add(miner);
        command.Add(files);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            var audience = Audience.Of(session.Server);
            var request = parsed.GetValue(kind)! switch
            {
                "folder-access" => new Request(
                    "get-folder-access", Commitments.FolderAccess(
                        session.Wallet.Coldkey, session.Wallet.Hotkey.AccountId, timestamp, audience))
                {
                    Members = { ["coldkey"] = session.Wallet.Coldkey.ToString() },
                },
                "validator-access" => new Request("get-validator-access", Commitments.ValidatorAccess(timestamp, audience)),
                "folders" => new Request(
                    "get-folder-presigned-urls", Commitments.Folders(session.Wallet.Hotkey.AccountId, timestamp, audience)),
                "miner" => await OfMinerAsync("get-miner-specific-access", account => Commitments.Miner(account, timestamp, audience)),
                _ => await OfFilesAsync(),
            };

            Show(session, request, timestamp, audience);
            return ExitCode.Done;

            async Task<Request> OfMinerAsync(string path, Func<AccountId, string> commitment)
            {
                var address = parsed.GetValue(miner) ?? throw new UsageException("This request needs a miner. Pass --miner ADDRESS.");
                var account = WalletReader.ReadAddress(address, "--miner");
                var structure = await session.Client.Api.GetStructureAsync(cancellationToken);
                return new Request(path, commitment(account))
                {
                    Members = { [structure.IsNamedByHotkey ? "miner_hotkey" : "miner_coldkey"] = account.ToString() },
                };
            }

            async Task<Request> OfFilesAsync()
            {
                var keys = parsed.GetValue(files)!;
                if (keys.Length == 0)
                {
                    throw new UsageException("This request needs files. Pass --file KEY once per file.");
                }

                var wanted = await OfMinerAsync(
                    "get-file-presigned-urls", account => Commitments.Files(account, session.Wallet.Hotkey.AccountId, timestamp, audience));
                wanted.Members["file_keys"] = new JsonArray([.. keys.Select(key => (JsonNode)key)]);
                return wanted;
            }
        });
        return command;
    }

    private static void Show(Session session, Request request, long timestamp, string audience)
    {
        var signature = Convert.ToHexStringLower(session.Wallet.Hotkey.Sign(Encoding.UTF8.GetBytes(request.Commitment)).ToBytes());
        request.Members["hotkey"] = session.Wallet.Hotkey.AccountId.ToString();
        request.Members["audience"] = audience;
        request.Members["timestamp"] = timestamp;
        request.Members["signature"] = signature;

        var url = $"{session.Server.AbsoluteUri.TrimEnd('/')}/{request.Path}";
        var curl = $"curl -sS {Quote(url)} -H 'Content-Type: application/json' -d {Quote(request.Members.ToJsonString())}";
        session.Report.Record(new SignedRecord("signed", request.Commitment, signature, url, request.Members, curl));
        session.Report.Line($"commitment  {request.Commitment}");
        session.Report.Line($"signature   {signature}");
        session.Report.Line("");
        session.Report.Line(curl);
    }

    // In a POSIX shell, only a single quote is special within single quotes.
    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private sealed record Request(string Path, string Commitment)
    {
        internal JsonObject Members { get; } = [];
    }

    private sealed record SignedRecord(string Type, string Commitment, string Signature, string Url, JsonObject Body, string Curl);
}
