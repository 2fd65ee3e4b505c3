using System.Text.Json.Nodes;

namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth sign</c>: prints a signed request for other tools, such as curl.</summary>
internal static class SignCommand
{
    private const string ByCommitment = "commitment";
    private const string ByTao = "tao";
    private const string ByEpistula = "epistula";

    private static readonly string[] Kinds = ["folder-access", "validator-access", "miner", "folders", "files"];
    private static readonly string[] Proofs = [ByCommitment, ByTao, ByEpistula];

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
        var proof = new Option<string>("--proof")
        {
            Description = "How the request is proved: commitment (in the body), tao or epistula (in headers; default: commitment)",
            HelpName = string.Join('|', Proofs),
            DefaultValueFactory = _ => ByCommitment,
        };
        proof.AcceptOnlyFromAmong(Proofs);
        var signedFor = new Option<string?>("--signed-for")
        {
            Description = "For --proof epistula: the server's address, if its operator gave you one",
            HelpName = "SS58",
        };
        var command = new ToolCommand("sign", "Print a signed request and a curl command that sends it; valid once, for some minutes")
        {
            Examples =
            [
                "s3auth sign folder-access",
                "s3auth sign files --miner ADDRESS --file KEY --proof epistula",
            ],
        };
        command.Add(kind);
        command.Add(miner);
        command.Add(files);
        command.Add(proof);
        command.Add(signedFor);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var receiver = ReadReceiver(parsed.GetValue(proof)!, parsed.GetValue(signedFor));
            var now = TimeProvider.System.GetUtcNow();
            var timestamp = now.ToUnixTimeSeconds();
            var audience = Audience.Of(session.Server);
            var request = parsed.GetValue(kind)! switch
            {
                "folder-access" => OfFolder(await session.GetColdkeyAsync(cancellationToken)),
                "validator-access" => new Request("get-validator-access", Commitments.ValidatorAccess(timestamp, audience)),
                "folders" => new Request(
                    "get-folder-presigned-urls", Commitments.Folders(session.Wallet.Hotkey.AccountId, timestamp, audience)),
                "miner" => await OfMinerAsync("get-miner-specific-access", account => Commitments.Miner(account, timestamp, audience)),
                _ => await OfFilesAsync(),
            };

            request.Members["audience"] = audience;
            Show(session.Report, parsed.GetValue(proof)! switch
            {
                ByTao => SignHeaders(session, request, body => HeaderProof.Tao(session.Wallet.Hotkey, body, now)),
                ByEpistula => SignHeaders(session, request, body => HeaderProof.Epistula(session.Wallet.Hotkey, body, now, receiver)),
                _ => SignBody(session, request, timestamp),
            });
            return ExitCode.Done;

            Request OfFolder(AccountId coldkey) => new(
                "get-folder-access", Commitments.FolderAccess(coldkey, session.Wallet.Hotkey.AccountId, timestamp, audience))
            {
                Members = { ["coldkey"] = coldkey.ToString() },
            };

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

    private static AccountId? ReadReceiver(string proof, string? signedFor) => signedFor is null ? null
        : proof == ByEpistula ? WalletReader.ReadAddress(signedFor, "--signed-for")
        : throw new UsageException("Only Epistula headers have a receiver. Pass --proof epistula too, or leave out --signed-for.");

    private static SignedRecord SignBody(Session session, Request request, long timestamp)
    {
        var signature = Convert.ToHexStringLower(session.Wallet.Hotkey.Sign(Encoding.UTF8.GetBytes(request.Commitment)).ToBytes());
        request.Members["hotkey"] = session.Wallet.Hotkey.AccountId.ToString();
        request.Members["timestamp"] = timestamp;
        request.Members["signature"] = signature;
        return SignedRecord.Of(session.Server, request, signature, headers: []) with { Commitment = request.Commitment };
    }

    private static SignedRecord SignHeaders(Session session, Request request, Func<byte[], HeaderProof> sign)
    {
        var proof = sign(Encoding.UTF8.GetBytes(request.Members.ToJsonString()));
        return SignedRecord.Of(session.Server, request, proof.Signature, proof.Headers) with { Text = proof.Text };
    }

    private static void Show(Report report, SignedRecord signed)
    {
        report.Record(signed, ToolJson.Default.SignedRecord);
        report.Line(signed.Commitment is { } commitment ? $"commitment  {commitment}" : $"text        {signed.Text}");
        report.Line($"signature   {signed.Signature}");
        report.Line("");
        report.Line(signed.Curl);
    }

    internal sealed record Request(string Path, string Commitment)
    {
        internal JsonObject Members { get; } = [];
    }

    /// <summary>The result: a commitment in the body, or a text whose signature is in the headers.</summary>
    internal sealed record SignedRecord(
        string Type, string Signature, string Url, IReadOnlyDictionary<string, string> Headers, JsonObject Body, string Data, string Curl)
    {
        public string? Commitment { get; init; }

        public string? Text { get; init; }

        // The signature in headers covers the bytes of the body. 'data' has these bytes; a program that formats 'body' may change them.
        internal static SignedRecord Of(
            Uri server, Request request, string signature, IEnumerable<KeyValuePair<string, string>> headers)
        {
            var url = $"{server.AbsoluteUri.TrimEnd('/')}/{request.Path}";
            var data = request.Members.ToJsonString();
            var all = new Dictionary<string, string>(headers, StringComparer.Ordinal) { ["Content-Type"] = "application/json" };
            var curl = new StringBuilder($"curl -sS {Quote(url)}");
            foreach (var (name, value) in all)
            {
                curl.Append(CultureInfo.InvariantCulture, $" -H {Quote($"{name}: {value}")}");
            }

            curl.Append(CultureInfo.InvariantCulture, $" -d {Quote(data)}");
            return new SignedRecord("signed", signature, url, all, request.Members, data, curl.ToString());
        }

        // In a POSIX shell, only a single quote is special within single quotes.
        private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}
