using System.Collections.Immutable;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Finds out what the holder of a presigned PUT of an object, or of a part of a multipart upload, can do. Tries what an attacker would try:
/// an unsigned copy header, in every spelling that some server treats as the same name, and bodies that do not have the signed length.
/// </summary>
/// <remarks>
/// <para>
/// <b>The probe leaves nothing behind.</b> Its requests use keys below <see cref="Folder"/>, beside the folders of miners, where this
/// server has the permission to write. The source of a copy does not exist. Every body has a wrong <c>Content-MD5</c>, so a store that
/// accepts the request answers <c>BadDigest</c> and stores nothing. A store that ignores <c>Content-MD5</c> keeps one object of at most two
/// bytes, because this server has no permission to delete it. Parts belong to a multipart upload that the probe opens and aborts. If the
/// store does not let it abort the upload, the next probe of this process uses the same upload again.
/// </para>
/// <para>
/// <b>An answer counts only together with its controls</b>, which are sent before and after the attempts: the store must accept the same
/// PUT without the header, and must find no source for the same copy with the header signed. Otherwise a refusal could mean a missing
/// permission or a wrong clock.
/// </para>
/// <para>
/// <b>Besides copies, only x-amz-acl is tried</b>, with a value that no store can honour. If the store must be told which headers to
/// refuse, the URL names all <see cref="SigV4Names.UploadHeaders"/>. Headers of other protocols that affect only the uploaded object (such
/// as Swift's <c>X-Delete-After</c>) are not tried, because a miner may overwrite its own objects anyway.
/// </para>
/// </remarks>
internal sealed class PutProbe(StorageOptions options, FolderLayout layout, TimeProvider time)
{
    /// <summary>
    /// The folder of the requests, below a prefix of <see cref="FolderLayout.DiscoveryPrefixes"/>. No miner's folder can have this name.
    /// </summary>
    internal const string Folder = ".s3auth-put-probe/";

    /// <summary>The name of an object in <see cref="Folder"/> that never exists.</summary>
    internal const string MissingName = "there-is-no-such-object";

    /// <summary>The name of the object in <see cref="Folder"/> to which the parts of a multipart upload belong.</summary>
    internal const string PartName = "part";

    private const long Seconds = 900;
    private const string NoSuchUpload = "NoSuchUpload";
    private const string Acl = "x-amz-acl";
    private const string ImpossibleAcl = "s3auth-probe";

    // One body with the signed length, and one that is longer.
    private const long SignedLength = 1;

    private static readonly byte[] SignedLengthBody = "a"u8.ToArray();
    private static readonly byte[] LongerBody = "ab"u8.ToArray();

    // The store's id of an upload that could not be aborted.
    private string? _leftUpload;

    /// <summary>Finds out what the holder of a presigned PUT of an object can do.</summary>
    /// <param name="http">The client that sends the requests.</param>
    /// <param name="clientSigner">
    /// The signer for the endpoint that clients use, because a proxy in front of the store changes the result.
    /// </param>
    /// <param name="credentials">The credentials to sign with.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="HttpRequestException">An answer cannot be read.</exception>
    /// <exception cref="TaskCanceledException">A request timed out.</exception>
    internal async Task<PutFinding> AskAsync(
        ProbeClient http, SigV4Signer clientSigner, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var signer = clientSigner.At(credentials, time.GetUtcNow());
        foreach (var root in layout.DiscoveryPrefixes)
        {
            if (await new Run(http, signer, options.Bucket, root, cancellationToken).RunControlsAsync() is { } unclear)
            {
                return unclear;
            }
        }

        // What the store does with headers does not depend on the folder.
        return await new Run(http, signer, options.Bucket, layout.DiscoveryPrefixes[0], cancellationToken).AskAsync();
    }

    /// <summary>Finds out what the holder of a presigned PUT of a part of a multipart upload can do.</summary>
    /// <param name="http">The client that sends the requests.</param>
    /// <param name="route">
    /// The signers. The upload is opened and aborted at the endpoint of this server, and its parts are sent to the endpoint that clients
    /// use.
    /// </param>
    /// <param name="credentials">The credentials to sign with.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <inheritdoc cref="AskAsync" path="/exception"/>
    internal async Task<PutFinding> AskPartsAsync(
        ProbeClient http, StoreRoute route, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var root = layout.DiscoveryPrefixes[0];
        var key = $"{root.Prefix}{Folder}{PartName}";
        var service = route.ServiceSigner.At(credentials, time.GetUtcNow());
        var uploadId = Interlocked.Exchange(ref _leftUpload, null);
        if (uploadId is null)
        {
            var opened = await SendAsync(HttpMethod.Post, new S3Parameter("uploads", ""));
            uploadId = opened.Xml("InitiateMultipartUploadResult") is { } upload
                ? StoreExam.Values(upload, "UploadId").FirstOrDefault(id => id.Length > 0)
                : null;
            if (uploadId is null)
            {
                return NotOpened(opened, root);
            }
        }

        try
        {
            var clients = route.ClientSigner.At(credentials, time.GetUtcNow());
            return await new Run(http, clients, options.Bucket, root, cancellationToken, new UploadPart(uploadId, Number: 1)).AskAsync();
        }
        finally
        {
            await AbortAsync(uploadId);
        }

        Task<ProbeAnswer> SendAsync(HttpMethod method, S3Parameter query) => http.SendAsync(
            method, service.Presign(new S3Request(method.Method, key, [query], []), Seconds), [], CancellationToken.None);

        async Task AbortAsync(string id)
        {
            try
            {
                var aborted = await SendAsync(HttpMethod.Delete, new S3Parameter("uploadId", id));
                _leftUpload = aborted.IsSuccess || aborted.Error?.Code == NoSuchUpload ? null : id;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                // Returns the result of the probe in spite of this failure. The next probe uses the upload again, and aborts it.
                _leftUpload = id;
            }
        }
    }

    /// <summary>Returns spellings that some server treats as this header, and ways to send it that servers read differently.</summary>
    internal static IReadOnlyList<ImmutableArray<string>> Spellings(string name, string value)
    {
        var underscores = name.Replace('-', '_');
        var mixed = Enumerable.Range(0, name.Length).Where(i => name[i] == '-').Select(i => $"{name[..i]}_{name[(i + 1)..]}");
        return
        [
            [$"{name}: {value}"],
            [$"{name.ToUpperInvariant()}: {value}"],
            [$"{underscores}: {value}"],
            .. mixed.Select(one => (ImmutableArray<string>)[$"{one}: {value}"]),
            [$"{name.Replace('-', '.')}: {value}"],
            [$"{name} : {value}"],
            [$"{name}\t: {value}"],
            [$"{name}:", $" {value}"],
            [$"{name}:", $"{name}: {value}"],
            [$"{name}: {value}", $"{name}:"],
            [$"{name}:", $"{underscores}: {value}"],
        ];
    }

    // A store that refuses to open an upload has no multipart uploads. That is no problem.
    private static PutFinding NotOpened(ProbeAnswer answer, DiscoveryPrefix root) =>
        answer.IsDenied ? PutFinding.Unclear(
            $"The object store refuses to open a multipart upload below {root.Prefix}{Folder}: {answer}. Give this server's keys the "
                + $"permission s3:PutObject on everything below {root}.")
        : answer.IsRefused ? new PutFinding(PutUploads.Unknown)
        : PutFinding.NoAnswer($"The object store answered {answer} to the test of multipart uploads.");

    private sealed class Run(
        ProbeClient http,
        DatedSigner signer,
        string bucket,
        DiscoveryPrefix root,
        CancellationToken cancellationToken,
        UploadPart? part = null)
    {
        private readonly string _target = $"{root.Prefix}{Folder}{(part is null ? "target" : PartName)}";
        private readonly string _source = $"/{bucket}/{root.Prefix}{Folder}{MissingName}";

        private string Uploads => part is null ? "uploads by PUT" : "multipart uploads";

        private string WhatIsPut => part is null ? "a plain PUT" : "a plain PUT of a part";

        // False if the store does not implement copies.
        private bool _supportsCopies = true;

        /// <summary>Sends the controls. Returns why the attempts could not be judged; null if they can.</summary>
        internal async Task<PutFinding?> RunControlsAsync()
        {
            var plain = await PutAsync(Url());
            if (IsInconclusive(plain) || plain.Error?.Code == NoSuchUpload)
            {
                return NoAnswer(plain);
            }

            if (!plain.IsAccepted)
            {
                return PutFinding.Unclear(
                    $"The object store refuses {WhatIsPut} below {root.Prefix}{Folder}: {plain}. Give this server's keys the permission "
                        + $"s3:PutObject on everything below {root}. Until then the server cannot find out whether {Uploads} are "
                        + "safe, and grants none.");
            }

            var signedCopy = new S3Request("PUT", _target, Query, [new S3Parameter(SigV4Names.Header.CopySource, _source)]);
            var copy = await PutAsync(signer.Presign(signedCopy, Seconds), $"{SigV4Names.Header.CopySource}: {_source}");
            if (IsInconclusive(copy))
            {
                return NoAnswer(copy);
            }

            _supportsCopies = !copy.IsNotImplemented;
            return copy.IsMissingObject || !_supportsCopies
                ? null
                : copy.IsAccepted
                    ? new PutFinding(
                        PutUploads.Unsafe,
                        Problem: Unsafe("accepts copies of objects that do not exist, so its copies cannot be tested"))
                    : PutFinding.Unclear(
                        $"The object store answers a copy of an object that does not exist with {copy}, not with NoSuchKey. Give "
                            + $"this server's keys the permissions s3:GetObject on everything below {root} and s3:ListBucket on the "
                            + $"bucket. Until then the server cannot find out whether {Uploads} are safe, and grants none.");
        }

        internal async Task<PutFinding> AskAsync()
        {
            if (await RunControlsAsync() is { } unclear)
            {
                return unclear;
            }

            var judged = await JudgeAsync();
            if (judged.Uploads == PutUploads.Safe && part is null)
            {
                judged = judged with { EnforcesSizes = await EnforcesSizesAsync(judged.Barred) };
                judged = judged.EnforcesSizes is true ? judged : judged with
                {
                    Problem =
                        "The object store trusts a false Content-Length, and then stores more than the signed size: the size of uploads by "
                        + "PUT is not enforced. Put a proxy in front of the store that refuses requests with both Content-Length and "
                        + "Transfer-Encoding.",
                };
            }

            // Repeats the controls, because keys that expired meanwhile, or a revoked permission, would look like refusals.
            return judged.Uploads == PutUploads.Safe && await RunControlsAsync() is { } unclearNow ? unclearNow : judged;
        }

        private async Task<PutFinding> JudgeAsync()
        {
            var (honoured, unclear) = await FindHonouredAsync(BarredHeaders.None);
            if (unclear is not null)
            {
                return unclear;
            }

            if (honoured is null)
            {
                return new PutFinding(PutUploads.Safe);
            }

            foreach (var barred in (BarredHeaders[])[BarredHeaders.LeftOut, BarredHeaders.Empty])
            {
                // A store that does not support such a URL refuses it even without a forbidden header.
                if ((await PutAsync(Url(barred))).IsAccepted && await FindHonouredAsync(barred) is (null, null))
                {
                    return new PutFinding(PutUploads.Safe, barred);
                }
            }

            return new PutFinding(PutUploads.Unsafe, Problem: Unsafe($"honours the header {honoured} of a PUT although it was not signed"));
        }

        // Returns the first header that the store honours, or why an answer is inconclusive.
        private async Task<(string? Honoured, PutFinding? Unclear)> FindHonouredAsync(BarredHeaders barred)
        {
            var exact = true;
            foreach (var lines in Spellings(SigV4Names.Header.CopySource, _source))
            {
                var answer = await PutAsync(Url(barred), [.. lines]);
                if (_supportsCopies && answer.IsMissingObject)
                {
                    return (lines[0].Split(':')[0].Trim(), null);
                }

                if (Unclear(answer, exact) is { } unclear)
                {
                    return (null, unclear);
                }

                exact = false;
            }

            // Copy headers of other protocols. One request is enough, because each store knows at most one of them.
            string[] vendors = ["x-goog", "x-oss", "x-cos", "x-obs"];
            var others = await PutAsync(
                Url(barred), [.. vendors.Select(vendor => $"{vendor}-copy-source: {_source}"), $"X-Copy-From: {_source}"]);
            if (others.IsMissingObject)
            {
                return ("of another protocol for copies", null);
            }

            if (others.IsUnrelatedToRequest)
            {
                return (null, NoAnswer(others));
            }

            foreach (var name in (string[])[Acl, Acl.Replace('-', '_')])
            {
                var answer = await PutAsync(Url(barred), $"{name}: {ImpossibleAcl}");
                if (Unclear(answer, isExact: false) is { } unclear)
                {
                    return (null, unclear);
                }

                if (await HonoursAclAsync(barred, name, answer))
                {
                    return (name, null);
                }
            }

            return (null, null);
        }

        // S3 refuses the header. A store that honours the header refuses its value. Some stores check the value before the signature.
        private async Task<bool> HonoursAclAsync(BarredHeaders barred, string name, ProbeAnswer answer)
        {
            if (answer.Error is null || answer.IsAccepted || answer.IsNotImplemented || IsRefusedForItsSignature(answer))
            {
                return false;
            }

            var forged = await PutAsync(Forged(Url(barred)), $"{name}: {ImpossibleAcl}");
            return IsRefusedForItsSignature(forged) || (await PutAsync(Url(barred), $"{name}: private")).IsAccepted;
        }

        private async Task<bool> EnforcesSizesAsync(BarredHeaders barred)
        {
            var url = Url(barred, SignedLength);
            var claimed = $"Content-Length: {SignedLength}";
            return (await PutAsync(url, SignedLengthBody)).IsAccepted
                && await IsRejectedAsync([])
                && await IsRejectedAsync([claimed], isChunked: true)
                && await IsRejectedAsync([], isChunked: true)
                && await IsRejectedAsync([claimed.Replace('-', '_')], isChunked: true)
                && await IsRejectedAsync([claimed.Replace('-', '_')]);

            async Task<bool> IsRejectedAsync(IReadOnlyList<string> lines, bool isChunked = false)
            {
                // A closed connection may be accidental. Twice in a row, it is a refusal.
                var answer = await AskAsync();
                return (answer == ProbeAnswer.Closed ? await AskAsync() : answer).IsRejected;

                Task<ProbeAnswer> AskAsync() =>
                    http.PutAsync(url, LongerBody, [ProbeClient.WrongDigest, .. lines], isChunked, cancellationToken);
            }
        }

        private IReadOnlyList<S3Parameter> Query => part is { } one
            ? [new S3Parameter("partNumber", $"{one.Number}"), new S3Parameter("uploadId", one.UploadId)]
            : [];

        private string Url(BarredHeaders barred = BarredHeaders.None, long? length = null) =>
            signer.PresignPut(_target, Seconds, new PutRules(length, barred) { Part = part });

        private Task<ProbeAnswer> PutAsync(string url, params string[] lines) => PutAsync(url, [], lines);

        private Task<ProbeAnswer> PutAsync(string url, byte[] body, params string[] lines) =>
            http.PutAsync(url, body, [ProbeClient.WrongDigest, .. lines], isChunked: false, cancellationToken);

        // The store must refuse or ignore the usual spelling. The other spellings may also be refused by an HTTP server in front of it.
        private PutFinding? Unclear(ProbeAnswer answer, bool isExact)
        {
            if (answer.IsUnrelatedToRequest)
            {
                return NoAnswer(answer);
            }

            return answer.IsAccepted || answer.IsRefused || (!isExact && answer.IsRejected)
                ? null
                : PutFinding.Unclear(
                    $"The object store answers a PUT with an unsigned copy header with {answer}, unlike S3. This server cannot "
                        + $"find out whether {Uploads} are safe, and grants none. Check the proxy in front of the store.");
        }

        private PutFinding NoAnswer(ProbeAnswer answer) =>
            PutFinding.NoAnswer(
                $"The object store answered {answer} to the test whether {Uploads} are safe. The server grants none until "
                    + "the test succeeds.");

        // Whether the answer is not from S3, or is about something else than the request.
        private static bool IsInconclusive(ProbeAnswer answer) =>
            answer.IsUnrelatedToRequest || (answer.Error is null && !answer.IsAccepted && !answer.IsNotImplemented);

        private static bool IsRefusedForItsSignature(ProbeAnswer answer) => answer.Error?.Code is "AccessDenied" or "SignatureDoesNotMatch";

        // The signature is at the end of the URL.
        private static string Forged(string url) => url[..^1] + (url[^1] == '0' ? '1' : '0');

        private string Unsafe(string why) =>
            $"The object store {why}: with an upload URL, a miner could read other miners' files. The server grants no {Uploads}. Put "
                + "a proxy in front of the store that drops header names with underscores, or use another store.";
    }
}
