using System.Collections.Immutable;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Finds out what the holder of a presigned PUT can do, by trying what a hostile holder would: an unsigned copy header, in every spelling
/// that some server treats as the same name, and bodies that do not have the signed length.
/// </summary>
/// <remarks>
/// <para>
/// <b>Nothing is left behind.</b> The requests go below <see cref="Folder"/> beside the miners' own folders, where this server must have the right to
/// write. A copy names a source that does not exist. Every body has a wrong <c>Content-MD5</c>: a store that takes the request answers
/// <c>BadDigest</c> and stores nothing. A store that ignores <c>Content-MD5</c> keeps one object of at most two bytes there; this server may not delete it.
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
    /// <summary>The folder of the requests, below a prefix of <see cref="FolderLayout.DiscoveryPrefixes"/>; no miner's folder can have this name.</summary>
    internal const string Folder = ".s3auth-put-probe/";

    private const long Seconds = 900;
    private const string Acl = "x-amz-acl";
    private const string ImpossibleAcl = "s3auth-probe";

    // One byte, where that is the signed length, and two where it is not.
    private const long SignedLength = 1;

    private static readonly byte[] HonestBody = "a"u8.ToArray();
    private static readonly byte[] LongerBody = "ab"u8.ToArray();

    // The digest of something else.
    private static readonly string WrongDigest = "Content-MD5: " + Convert.ToBase64String(new byte[MD5.HashSizeInBytes]);

    /// <summary>Asks the store once.</summary>
    /// <param name="http">What sends the requests.</param>
    /// <param name="endpoint">Where clients reach the store, because a proxy in front of it changes the result.</param>
    /// <param name="credentials">What signs.</param>
    /// <param name="cancellationToken">The check ends.</param>
    /// <exception cref="HttpRequestException">There is no answer that can be read.</exception>
    /// <exception cref="TaskCanceledException">There is no answer in time.</exception>
    internal async Task<PutFinding> AskAsync(ProbeClient http, S3Endpoint endpoint, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var signer = new SigV4Signer(endpoint, options.Bucket, options.Region).At(credentials, time.GetUtcNow());
        foreach (var root in layout.DiscoveryPrefixes)
        {
            if (await new Run(http, signer, options.Bucket, root.Prefix, cancellationToken).AskControlsAsync() is { } unclear)
            {
                return unclear;
            }
        }

        // What the store does with headers does not depend on the folder.
        return await new Run(http, signer, options.Bucket, layout.DiscoveryPrefixes[0].Prefix, cancellationToken).AskAsync();
    }

    /// <summary>Spellings that some server treats as this header, and ways to send it that servers read differently.</summary>
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

    private sealed class Run(ProbeClient http, SigV4Moment signer, string bucket, string prefix, CancellationToken cancellationToken)
    {
        private readonly string _target = $"{prefix}{Folder}target";
        private readonly string _source = $"/{bucket}/{prefix}{Folder}there-is-no-such-object";

        // The answer to a signed copy with a missing source; null if the store does not support copies.
        private bool _copies = true;

        /// <summary>Returns why the attempts could not be judged; null when they can.</summary>
        internal async Task<PutFinding?> AskControlsAsync()
        {
            var plain = await PutAsync(Url());
            if (SaysNothing(plain))
            {
                return NoAnswer(plain);
            }

            if (!plain.IsTaken)
            {
                return PutFinding.Unclear(
                    $"The object store refuses a plain PUT below {prefix}{Folder}: {plain}. Give this server's keys the permission s3:PutObject on everything below "
                        + $"{prefix}. Until then the server cannot find out whether uploads by PUT are safe, and grants none.");
            }

            var copy = await PutAsync(signer.PresignCopy(_target, _source, Seconds), $"{SigV4Names.Header.CopySource}: {_source}");
            if (SaysNothing(copy))
            {
                return NoAnswer(copy);
            }

            _copies = !copy.IsNotImplemented;
            return copy.IsMissingObject || !_copies
                ? null
                : copy.IsTaken
                    ? new PutFinding(PutUploads.Unsafe, Problem: Unsafe("accepts copies of objects that do not exist, so its copies cannot be tested"))
                    : PutFinding.Unclear(
                        $"The object store answers a copy of an object that does not exist with {copy}, not with NoSuchKey. Give this server's keys the permissions s3:GetObject on everything "
                            + $"below {prefix} and s3:ListBucket on the bucket. Until then the server cannot find out whether uploads by PUT are safe, and grants none.");
        }

        internal async Task<PutFinding> AskAsync()
        {
            if (await AskControlsAsync() is { } unclear)
            {
                return unclear;
            }

            var judged = await JudgeAsync();
            if (judged.Uploads == PutUploads.Safe)
            {
                judged = judged with { EnforcesSizes = await EnforcesSizesAsync(judged.Barred) };
                judged = judged.EnforcesSizes is true ? judged : judged with
                {
                    Problem = "The object store trusts a false Content-Length, and then stores more than the signed size: the size of uploads by PUT is not "
                        + "enforced. Put a proxy in front of the store that refuses requests with both Content-Length and Transfer-Encoding.",
                };
            }

            // Keys that expired meanwhile, or a revoked permission, would look like refusals.
            return judged.Uploads == PutUploads.Safe && await AskControlsAsync() is { } unclearNow ? unclearNow : judged;
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
                if ((await PutAsync(Url(barred))).IsTaken && await FindHonouredAsync(barred) is (null, null))
                {
                    return new PutFinding(PutUploads.Safe, barred);
                }
            }

            return new PutFinding(PutUploads.Unsafe, Problem: Unsafe($"honours the header {honoured} of a PUT although it was not signed"));
        }

        // The first header that the store honours, and, where an answer says nothing, why.
        private async Task<(string? Honoured, PutFinding? Unclear)> FindHonouredAsync(BarredHeaders barred)
        {
            var exact = true;
            foreach (var lines in Spellings(SigV4Names.Header.CopySource, _source))
            {
                var answer = await PutAsync(Url(barred), [.. lines]);
                if (_copies && answer.IsMissingObject)
                {
                    return (lines[0].Split(':')[0].Trim(), null);
                }

                if (Unclear(answer, exact) is { } unclear)
                {
                    return (null, unclear);
                }

                exact = false;
            }

            // Each store knows one of these at most.
            var others = await PutAsync(Url(barred), [.. ((string[])["x-goog", "x-oss", "x-cos", "x-obs"]).Select(vendor => $"{vendor}-copy-source: {_source}"), $"X-Copy-From: {_source}"]);
            if (others.IsMissingObject)
            {
                return ("of another protocol for copies", null);
            }

            if (others.IsOfOtherCause)
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

        // S3 refuses the header; a store that honours it refuses the value. Some look at the value before they look at the signature.
        private async Task<bool> HonoursAclAsync(BarredHeaders barred, string name, ProbeAnswer answer)
        {
            if (answer.Error is null || answer.IsTaken || answer.IsNotImplemented || IsRefusedForItsSignature(answer))
            {
                return false;
            }

            var forged = await PutAsync(Forged(Url(barred)), $"{name}: {ImpossibleAcl}");
            return IsRefusedForItsSignature(forged) || (await PutAsync(Url(barred), $"{name}: private")).IsTaken;
        }

        private async Task<bool> EnforcesSizesAsync(BarredHeaders barred)
        {
            var url = Url(barred, SignedLength);
            var claimed = $"Content-Length: {SignedLength}";
            return (await PutAsync(url, HonestBody)).IsTaken
                && await IsRejectedAsync([])
                && await IsRejectedAsync([claimed], isChunked: true)
                && await IsRejectedAsync([], isChunked: true)
                && await IsRejectedAsync([claimed.Replace('-', '_')], isChunked: true)
                && await IsRejectedAsync([claimed.Replace('-', '_')]);

            async Task<bool> IsRejectedAsync(IReadOnlyList<string> lines, bool isChunked = false)
            {
                // A closed connection can be chance. Twice in a row, it is a refusal.
                var answer = await AskAsync();
                return (answer == ProbeAnswer.Closed ? await AskAsync() : answer).IsRejected;

                Task<ProbeAnswer> AskAsync() => http.PutAsync(url, LongerBody, [WrongDigest, .. lines], isChunked, cancellationToken);
            }
        }

        private string Url(BarredHeaders barred = BarredHeaders.None, long? length = null) => signer.PresignPut(_target, Seconds, length, barred);

        private Task<ProbeAnswer> PutAsync(string url, params string[] lines) => PutAsync(url, [], lines);

        private Task<ProbeAnswer> PutAsync(string url, byte[] body, params string[] lines) =>
            http.PutAsync(url, body, [WrongDigest, .. lines], isChunked: false, cancellationToken);

        // The usual spelling must get S3's own refusal or be ignored. An HTTP server may also refuse the other spellings.
        private static PutFinding? Unclear(ProbeAnswer answer, bool isExact)
        {
            if (answer.IsOfOtherCause)
            {
                return NoAnswer(answer);
            }

            return answer.IsTaken || answer.IsRefused || (!isExact && answer.IsRejected)
                ? null
                : PutFinding.Unclear(
                    $"The object store answers a PUT with an unsigned copy header with {answer}, unlike S3. This server cannot find out whether uploads by PUT "
                        + "are safe, and grants none. Check the proxy in front of the store, or set UPLOAD_METHOD=POST.");
        }

        private static PutFinding NoAnswer(ProbeAnswer answer) =>
            PutFinding.NoAnswer($"The object store answered {answer} to the test whether uploads by PUT are safe. The server grants none until the test succeeds.");

        // The answer is not S3's, or has a cause that may soon pass.
        private static bool SaysNothing(ProbeAnswer answer) => answer.IsOfOtherCause || (answer.Error is null && !answer.IsTaken && !answer.IsNotImplemented);

        private static bool IsRefusedForItsSignature(ProbeAnswer answer) => answer.Error?.Code is "AccessDenied" or "SignatureDoesNotMatch";

        // The signature stands last.
        private static string Forged(string url) => url[..^1] + (url[^1] == '0' ? '1' : '0');

        private static string Unsafe(string why) =>
            $"The object store {why}: with an upload URL, a miner could read other miners' files. The server grants no upload by PUT. Set UPLOAD_METHOD=POST, or put a proxy "
                + "in front of the store that drops header names with underscores, or use another store.";
    }
}
