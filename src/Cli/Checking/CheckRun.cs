using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace S3Auth.Cli.Checking;

/// <summary>The way of a miner's or validator's request, one step after the other, until one fails.</summary>
internal sealed class CheckRun : IDisposable
{
    // The service takes less ahead than behind; beyond this, proofs are near to being refused.
    private static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> Advice = new(StringComparer.Ordinal)
    {
        ["timestamp_expired"] = $"The clock is behind the server's. {ClockAdvice.WhatToDo}",
        ["timestamp_in_future"] = $"The clock is ahead of the server's. {ClockAdvice.WhatToDo}",
        ["invalid_signature"] = "The key does not sign for its address: check the wallet's files, or whether something between here and the server changes requests.",
        ["wrong_audience"] = "Call the server by the address that its operator gave you. If you do, ask the operator to set PUBLIC_URL to that address, or to add its host to AUDIENCES.",
        ["hotkey_not_registered"] = "Register the hotkey on this subnet, or name the right --hotkey and --server; a fresh registration shows after the server's next look at the chain.",
        ["coldkey_mismatch"] = "Name the coldkey that owns this hotkey on the chain: --coldkey, or the wallet that the hotkey was registered from.",
        ["not_a_validator"] = "A validator needs a permit and enough alpha stake on this subnet.",
        ["chain_unavailable"] = "The server has no fresh metagraph: tell its operator.",
        ["storage_unavailable"] = "The object store does not answer the server: tell its operator.",
        ["storage_timeout"] = "The object store is too slow for the server: tell its operator.",
        ["quota_exceeded"] = "Today's grants are used up: use what you were granted; the count begins anew at 00:00 UTC.",
        ["rate_limited"] = "Too many requests from this address: wait a minute.",
    };

    private readonly Session _session;
    private readonly bool _asValidator;
    private readonly bool _withUpload;
    private readonly S3AuthClient _client;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) 
    {
        Timeout = TimeSpan.FromSeconds(15),
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    internal CheckRun(Session session, bool asValidator, bool withUpload)
    {
        _session = session;
        _asValidator = asValidator;
        _withUpload = withUpload;
        _client = session.ConnectWithoutRetries();
    }

    public void Dispose()
    {
        _http.Dispose();
        _client.Dispose();
    }

    internal async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        using (this)
        {
            try
            {
                await ReachAsync(cancellationToken);
                await CompareClocksAsync(cancellationToken);
                await AskHealthAsync(cancellationToken);
                await AskChainAsync(cancellationToken);
                var listUrl = _asValidator ? await ProveValidatorAsync(cancellationToken) : await ProveMinerAsync(cancellationToken);
                await ListAsync(listUrl, cancellationToken);
                if (_withUpload)
                {
                    await UploadAsync(cancellationToken);
                }

                _session.Report.Line("All is well.");
                return ExitCode.Done;
            }
            catch (BrokenStepException broken)
            {
                _session.Report.Record(new StepRecord("step", broken.Step, Ok: false, broken.Message, broken.WhatToDo));
                _session.Report.Line($"FAIL  {broken.Step}: {Report.Safe(broken.Message)}");
                _session.Report.Line($"      {broken.WhatToDo}");
                if (_session.Report.IsQuiet)
                {
                    _session.Report.Fail($"{broken.Step}: {Report.Safe(broken.Message)} {broken.WhatToDo}");
                }

                return broken.Code;
            }
        }
    }

    private async Task ReachAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await _http.GetAsync(new Uri(_client.Service, "healthz"), cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw new BrokenStepException("server", $"{_client.Service} answered {(int)answer.StatusCode} to /healthz.", "Check the address: this is no S3Auth server, or a proxy before it that does not reach it.", ExitCode.Unreachable);
            }
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable(exception);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrokenStepException("server", $"{_client.Service.Authority} did not answer within {_http.Timeout.TotalSeconds} s.", "Check the address, and whether a firewall is between.", ExitCode.Unreachable);
        }

        Ok("server", $"{_client.Service.Authority} answers in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        Ok("TLS", _client.Service.Scheme == Uri.UriSchemeHttps
            ? "its certificate is good"
            : _client.Service.IsLoopback ? "not used, nor needed on this machine" : "not used: whoever is on the way can use what is granted");
    }

    private static BrokenStepException Unreachable(HttpRequestException exception) => exception switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } =>
            new BrokenStepException("server", exception.Message, "The name is not known: check the address and this machine's DNS.", ExitCode.Unreachable),
        { HttpRequestError: HttpRequestError.SecureConnectionError } or { InnerException: AuthenticationException } =>
            new BrokenStepException("TLS", exception.InnerException?.Message ?? exception.Message, "Do not go on: the server's certificate is not one that this machine trusts for this name. Tell its operator, or set this machine's clock and certificates.", ExitCode.Unreachable),
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } =>
            new BrokenStepException("server", exception.Message, "Nothing listens there: check address and port, or whether the server runs.", ExitCode.Unreachable),
        _ => new BrokenStepException("server", exception.Message, "Check the address and this machine's network.", ExitCode.Unreachable),
    };

    private async Task CompareClocksAsync(CancellationToken cancellationToken)
    {
        var before = TimeProvider.System.GetUtcNow();
        var formats = await AskAsync("server", () => _client.Api.GetCommitmentFormatsAsync(cancellationToken));
        var after = TimeProvider.System.GetUtcNow();

        // The server's is in whole seconds, cut.
        var server = DateTimeOffset.FromUnixTimeSeconds(formats.Server_time).AddSeconds(0.5);
        var skew = server - (before + ((after - before) / 2));
        if (skew.Duration() > MaxSkew)
        {
            throw new BrokenStepException(
                "clock",
                $"{ClockAdvice.Describe(skew)}.",
                $"{ClockAdvice.WhatToDo} Until then s3auth signs with the server's time; the server refuses other tools' requests.",
                ExitCode.Refused);
        }

        Ok("clock", skew.Duration() < TimeSpan.FromSeconds(2) ? "same as the server's" : $"{ClockAdvice.Describe(skew)}");
    }

    private async Task AskHealthAsync(CancellationToken cancellationToken)
    {
        var health = await AskAsync("server", () => _client.Api.GetHealthAsync(cancellationToken));
        var chain = health.Metagraph_syncer;
        if (chain.Block is null)
        {
            throw new BrokenStepException("chain", $"the server has not read netuid {chain.Netuid} of {chain.Network} yet", Advice["chain_unavailable"], ExitCode.Unreachable);
        }

        Ok("chain", string.Create(
            CultureInfo.InvariantCulture, $"{chain.Network}, netuid {chain.Netuid}, {chain.Hotkeys_count} hotkeys at block {chain.Block}, {chain.Age_seconds} s old"));
        if (!health.S3_ok)
        {
            throw new BrokenStepException("store", $"the server does not reach bucket {health.Bucket}", Advice["storage_unavailable"], ExitCode.Unreachable);
        }

        Ok("store", $"bucket {health.Bucket} in {health.Region} answers");
    }

    // What the server sees on the chain, before anything is signed: here it can be said what is, and not only what is not.
    private async Task AskChainAsync(CancellationToken cancellationToken)
    {
        HotkeyStatus status;
        try
        {
            status = await _client.Api.GetHotkeyAsync(_client.Hotkey.ToString(), cancellationToken);
        }
        catch (Exception exception) when (exception is RefusedException { Code: "not_found" } or UnexpectedAnswerException)
        {
            // A server from before there was such a path, or a proxy that does not know it: the proof tells, if less.
            return;
        }
        catch (RefusedException refused)
        {
            throw Broken(refused);
        }

        if (!status.Registered)
        {
            // The proof comes next: it is refused in the server's words, and makes the server look at the chain again soon.
            return;
        }

        Ok("hotkey", $"{_client.Hotkey} is registered as uid {status.Uid}");
        if (!_asValidator)
        {
            if (status.Coldkey != _session.Wallet.Coldkey.ToString())
            {
                throw new BrokenStepException("coldkey", $"{status.Coldkey} owns the hotkey on the chain, not {_session.Wallet.Coldkey}", Advice["coldkey_mismatch"], ExitCode.Refused);
            }

            Ok("coldkey", $"{status.Coldkey} owns it");
            return;
        }

        var standing = string.Create(
            CultureInfo.InvariantCulture, $"it has {(status.Validator_permit ? "a" : "no")} validator permit and {status.Alpha_stake:0.#########} alpha staked");
        if (!status.Is_validator)
        {
            throw new BrokenStepException("permit and stake", standing, Advice["not_a_validator"], ExitCode.Refused);
        }

        Ok("permit and stake", standing);
    }

    private async Task<string> ProveMinerAsync(CancellationToken cancellationToken)
    {
        var command = new GetFolderAccessCommand { Coldkey = _session.Wallet.Coldkey.ToString() };
        FolderAccess? access = null;
        try
        {
            access = await _client.Api.GetFolderAccessAsync(command, cancellationToken);
        }
        catch (RefusedException refused) when (refused.Code == "folder_upload_unsupported")
        {
            // Everything before the grant was checked; such a store takes files one by one.
        }
        catch (RefusedException refused)
        {
            throw Broken(refused);
        }

        Ok("signature", "verifies");
        if (access is null)
        {
            Ok("grant", "this deployment takes files one by one, by PUT");
            return "";
        }

        Ok("grant", $"uploads into {access.Folder} for {Amount.Duration(TimeSpan.FromSeconds(access.Expiry_seconds))}");
        return access.List_url;
    }

    private async Task<string> ProveValidatorAsync(CancellationToken cancellationToken)
    {
        try
        {
            var access = await _client.Api.GetValidatorAccessAsync(new GetValidatorAccessCommand(), cancellationToken);
            Ok("signature", "verifies");
            Ok("grant", string.Create(CultureInfo.InvariantCulture, $"reads {access.Miners.Count} miners for {Amount.Duration(TimeSpan.FromSeconds(access.Expiry_seconds))}"));
            return access.Urls.Global.List_all_data;
        }
        catch (RefusedException refused)
        {
            throw Broken(refused);
        }
    }

    private async Task ListAsync(string url, CancellationToken cancellationToken)
    {
        if (url.Length == 0)
        {
            return;
        }

        try
        {
            // The server may redirect to the page itself; no proof goes along.
            using var first = await _http.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            using var page = first is { StatusCode: HttpStatusCode.TemporaryRedirect, Headers.Location: { } location }
                ? await _http.GetAsync(new Uri(new Uri(url), location), HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                : null;
            var answer = page ?? first;
            if (!answer.IsSuccessStatusCode)
            {
                throw new BrokenStepException("list URL", $"the store answered {(int)answer.StatusCode}", "The server signs with keys that the store does not take: tell its operator.", ExitCode.Refused);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            throw new BrokenStepException("list URL", exception.Message, "The store cannot be reached from here: check this machine's network, and tell the operator which address it is (S3_PUBLIC_ENDPOINT).", ExitCode.Unreachable);
        }

        Ok("list URL", "works from here");
    }

    private async Task UploadAsync(CancellationToken cancellationToken)
    {
        const string Name = "s3auth-check.bin";
        var content = RandomNumberGenerator.GetBytes(1024);
        var uploader = _client.CreateUploader(_session.Wallet.Coldkey);
        try
        {
            var structure = await uploader.GetStructureAsync(cancellationToken);
            var uploaded = await uploader.UploadAsync(
                new FileToUpload
                {
                    Path = Name,
                    Size = content.Length,
                    JobId = UploadSettings.DefaultJobIn(structure),
                    OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(content)),
                },
                cancellationToken: cancellationToken);
            Ok("upload", $"stored {uploaded.Key}");
        }
        catch (RefusedException refused) when (refused.Code == "file_exists")
        {
            Ok("upload", $"{Name} is there from an earlier check");
        }
        catch (RefusedException refused)
        {
            throw Broken(refused);
        }
        catch (Exception exception) when (exception is StoreException or HttpRequestException or StalledException)
        {
            throw new BrokenStepException("upload", exception.Message, "The grant was made but the store did not take the file: tell the server's operator.", Failures.CodeOf(exception));
        }
    }

    private static async Task<T> AskAsync<T>(string step, Func<Task<T>> question)
    {
        try
        {
            return await question();
        }
        catch (Exception exception) when (Failures.IsForeseen(exception))
        {
            throw new BrokenStepException(step, Failures.Describe(exception), "Check the address: this is no S3Auth server, or a proxy is between.", ExitCode.Unreachable);
        }
    }

    private static BrokenStepException Broken(RefusedException refused) => new(
        refused.Code switch
        {
            "timestamp_expired" or "timestamp_in_future" => "clock",
            "invalid_signature" => "signature",
            "wrong_audience" => "server",
            "hotkey_not_registered" => "hotkey",
            "coldkey_mismatch" => "coldkey",
            "not_a_validator" => "permit and stake",
            "chain_unavailable" => "chain",
            "storage_unavailable" or "storage_timeout" => "store",
            "rate_limited" => "server",
            _ => "grant",
        },
        Failures.Describe(refused),
        Advice.GetValueOrDefault(refused.Code, "The server's own sentence says what to do."),
        ExitCode.Refused);

    private void Ok(string step, string text)
    {
        _session.Report.Record(new StepRecord("step", step, Ok: true, text, WhatToDo: null));
        _session.Report.Line($"ok    {step}: {Report.Safe(text)}");
    }

    private sealed class BrokenStepException(string step, string message, string whatToDo, ExitCode code) : Exception(message)
    {
        internal string Step => step;

        internal string WhatToDo => whatToDo;

        internal ExitCode Code => code;
    }

    private sealed record StepRecord(string Type, string Step, bool Ok, string Detail, string? WhatToDo);
}
