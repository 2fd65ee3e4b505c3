namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Finds out whether the store enforces the limits of a session. Issues a session as for a miner, for a folder that no miner has, and tries
/// with it what a session must not do.
/// </summary>
/// <remarks>
/// <para>
/// <b>The probe leaves nothing behind.</b> Uploads have a wrong <c>Content-MD5</c>, copies have a condition that no file meets, deletions
/// name a missing object, multipart uploads are aborted, and the bucket policy is not valid. Only a store that lets the session do what it
/// must not may keep something: an empty upload, or a delete marker.
/// </para>
/// <para>
/// <b>A refusal counts only together with its controls</b>: before and after the attempts the session must list its folder and upload into
/// it. Otherwise a refusal could mean a wrong clock or keys that do not work.
/// </para>
/// <para>
/// <b>A missing object proves nothing</b>: Ceph answers <c>NoSuchKey</c> for it although it refuses to read an existing one. Reading and
/// copying is therefore tried with an existing file outside the folder, if the bucket has one. Changes of ACLs and tags inside the folder
/// are tried with a missing object, because the probe could not delete an existing one. Elsewhere, <c>NoSuchKey</c> is no refusal: a store
    /// that looks for the file to delete may well delete it.
/// </para>
/// </remarks>
internal sealed class SessionProbe(
    StorageOptions options, SessionIssuerOptions sessions, ISessionSource source, FolderLayout layout, TimeProvider time)
{
    /// <summary>
    /// The folder of the probe, below a prefix of <see cref="FolderLayout.DiscoveryPrefixes"/>. No miner's folder can have this name.
    /// </summary>
    internal const string Folder = ".s3auth-session-probe/";

    /// <summary>The name of the probe's sessions in the store's log.</summary>
    internal const string Name = "s3auth-probe";

    /// <summary>The duration of the probe's session: the minimum of all stores.</summary>
    internal const int MinSeconds = 900;

    /// <summary>The folder of the session, below <see cref="Folder"/>.</summary>
    internal const string Own = "own/";

    private const string DoesNotLimit = "If a bucket policy allows this to the server's user, add the condition on aws:TokenIssueTime "
        + "to it (docs/sessions.md). Otherwise the store does not enforce session policies: remove SESSION_CREDENTIALS.";

    private readonly string _root = layout.DiscoveryPrefixes[0].Prefix;

    /// <summary>Finds out whether the store enforces the limits of a session.</summary>
    /// <param name="http">The client that sends the requests.</param>
    /// <param name="route">The URLs of the bucket. The requests go to the endpoint of this server.</param>
    /// <param name="keys">This server's keys.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="HttpRequestException">An answer cannot be read.</exception>
    /// <exception cref="TaskCanceledException">A request timed out.</exception>
    internal async Task<SessionFinding> AskAsync(
        ProbeClient http, StoreRoute route, SigningCredentials keys, CancellationToken cancellationToken)
    {
        var request = new SessionRequest(Name, [$"{_root}{Folder}{Own}"], MayWrite: true);
        Session session;
        try
        {
            session = await source.IssueAsync(keys, request, TimeSpan.FromSeconds(MinSeconds), cancellationToken);
        }
        catch (SessionSourceException failure)
        {
            return new SessionFinding(
                Enforced: null,
                $"The server issues no temporary credentials: {failure.Message} {failure.Advice}".TrimEnd(),
                failure.IsTransient);
        }

        var sessionKeys = new SigningCredentials(session.AccessKeyId, session.SecretAccessKey, session.SessionToken);
        var finding = await new Run(
            new StoreExam(http, options, route, sessionKeys, layout, time),
            new StoreExam(http, options, route, keys, layout, time),
            source,
            sessionKeys,
            _root,
            cancellationToken).AskAsync();
        return finding is { Enforced: true, Problem: null } && sessions.MaxDuration.TotalSeconds > MinSeconds
            ? finding with { Problem = await AskDurationAsync(keys, request, cancellationToken) }
            : finding;
    }

    // The role may allow shorter sessions only. Those are as safe.
    private async Task<string?> AskDurationAsync(SigningCredentials keys, SessionRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await source.IssueAsync(keys, request, sessions.MaxDuration, cancellationToken);
            return null;
        }
        catch (SessionSourceException failure)
        {
            return failure.IsTransient ? null : FormattableString.Invariant(
                $"The server cannot issue sessions of {sessions.MaxDuration.TotalSeconds} s, only shorter ones: {failure.Message} ")
                + "Raise the role's maximum session duration, or lower SESSION_MAX_SECONDS.";
        }
    }

    private sealed class Run(
        StoreExam session,
        StoreExam server,
        ISessionSource source,
        SigningCredentials sessionKeys,
        string root,
        CancellationToken cancellationToken)
    {
        private const string AllUsers = "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"";
        private const string ImpossibleAcl = "s3auth-probe";

        private readonly string _probe = root + Folder;
        private readonly string _inside = $"{root}{Folder}{Own}";
        private readonly string _beside = $"{root}{Folder}beside/";

        // What the session can do, each with what the operator must change.
        private readonly List<(string What, string Advice)> _excesses = [];
        private string? _unclear;
        private bool _hasNoAnswer;
        private bool _isComplete = true;

        private string Target => _inside + "target";

        private string Bucket => session.Options.Bucket;

        internal async Task<SessionFinding> AskAsync()
        {
            if (await RunControlsAsync() is { } failed)
            {
                return failed;
            }

            await TryListingsAsync();
            await TryReadsAndCopiesAsync();
            await TryWritesOutsideAsync();
            await TryChangesInsideAsync();
            await TryPublicAclsAsync();
            await TrySessionWithoutLimitsAsync();

            if (_excesses.Count > 0)
            {
                return new SessionFinding(
                    Enforced: false,
                    $"The server issues no temporary credentials, because their holder could "
                        + $"{string.Join("; ", _excesses.Select(one => one.What))}. "
                        + string.Join(' ', _excesses.Select(one => one.Advice).Distinct(StringComparer.Ordinal)));
            }

            if (_unclear is { } unclear)
            {
                return new SessionFinding(
                    Enforced: null,
                    $"The server cannot find out whether the store limits temporary credentials, and issues none: {unclear}.",
                    IsTransient: _hasNoAnswer);
            }

            // Keys that stopped working meanwhile would look like refusals.
            return await RunControlsAsync() ?? new SessionFinding(Enforced: true) { IsComplete = _isComplete };
        }

        private async Task<SessionFinding?> RunControlsAsync()
        {
            var listing = await session.ListAsync(_inside, maxKeys: 1, bucket: null, cancellationToken);
            if (!listing.IsListing)
            {
                return Unusable("list", listing, $"s3:ListBucket on the bucket with the prefix {root}*");
            }

            var put = await session.TryPutAsync(Target, [], [], cancellationToken);
            return put.IsAccepted ? null
                : put.IsDenied && await IsSetAsync("BlockPublicAcls") is true ? Unusable(
                    "upload into", put, $"s3:PutObject on everything below {root}. With BlockPublicAcls, Ceph 16 refuses every upload: set "
                        + "IgnorePublicAcls only")
                : Unusable("upload into", put, $"s3:PutObject on everything below {root}");
        }

        // Whether the bucket's public access block has a setting; null if this server's keys cannot read it.
        private async Task<bool?> IsSetAsync(string setting)
        {
            var block = await server.SendAsync(HttpMethod.Get, null, [new S3Parameter("publicAccessBlock", "")], cancellationToken);

            // Ceph 16 gives the document another name.
            return (block.Xml("PublicAccessBlockConfiguration") ?? block.Xml("BlockPublicAccessBlockConfiguration")) is { } found
                ? StoreExam.Values(found, setting).Any(value => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase))
                : block.Error?.Code == "NoSuchPublicAccessBlockConfiguration" ? false : null;
        }

        private static SessionFinding Unusable(string what, ProbeAnswer answer, string permission) => new(
            Enforced: null,
            $"The server issues no temporary credentials, because their holder cannot {what} its own folder: the store answers {answer}."
                + (answer.IsDenied ? $" Give the role of the sessions the permission {permission}."
                    : answer.Error?.Code == "InvalidAccessKeyId" ? " On Ceph, set `rgw_s3_auth_use_sts = true` at the gateway." : ""),
            IsTransient: answer.IsUnrelatedToRequest || answer.Status is null);

        private async Task TryListingsAsync()
        {
            const string What = "list files outside its folder";
            await TryAsync(What, () => session.ListAsync(_beside, maxKeys: 1, bucket: null, cancellationToken));
            await TryAsync(What, () => session.ListAsync(_probe, maxKeys: 1, bucket: null, cancellationToken));
            await TryAsync(What, () => SendAsync("GET", null, new S3Parameter("list-type", "2"), new S3Parameter("max-keys", "1")));
            await TryAsync(What, () => SendAsync("GET", null, new S3Parameter("max-keys", "1")));
            await TryAsync(What, () => SendAsync("GET", null, new S3Parameter("versions", "")));
            await TryAsync("list multipart uploads outside its folder", () => SendAsync("GET", null, new S3Parameter("uploads", "")));
        }

        private async Task TryReadsAndCopiesAsync()
        {
            var keys = await server.ListKeysAsync(root, maxKeys: 100, cancellationToken);
            var existing = keys.FirstOrDefault(key => !key.StartsWith(_inside, StringComparison.Ordinal));
            var outside = existing ?? _beside + PutProbe.MissingName;
            _isComplete = existing is not null;
            await TryFileAsync("read files outside its folder", () => session.SendAsync(
                new S3Request("GET", outside, [], [new S3Parameter("range", "bytes=0-0")]), cancellationToken));

            // A condition that no file meets. Ceph 16 has its own name for it.
            const string Condition = "\"s3auth-probe\"";
            S3Parameter[] copy =
            [
                new("x-amz-copy-if-match", Condition),
                new(SigV4Names.Header.CopySource, $"/{Bucket}/{S3UriEncoding.EncodePath(outside)}"),
                new(SigV4Names.Header.CopySource + "-if-match", Condition),
            ];
            const string What = "copy files from outside its folder";
            await TryFileAsync(What, () => session.SendAsync(new S3Request("PUT", _inside + "copy", [], copy), cancellationToken));
            var opened = await SendAsync("POST", Target, new S3Parameter("uploads", ""));
            if (UploadIdOf(opened) is { } upload)
            {
                await TryFileAsync(What, () => session.SendAsync(
                    new S3Request("PUT", Target, [new S3Parameter("partNumber", "1"), new S3Parameter("uploadId", upload)], copy),
                    cancellationToken));
                await AbortAsync(Target, upload);
            }
        }

        private async Task TryWritesOutsideAsync()
        {
            const string What = "upload outside its folder";
            foreach (var folder in (string[])[_beside, _probe, .. root.Length > 0 ? [Folder] : Array.Empty<string>()])
            {
                await TryAsync(What, () => session.TryPutAsync(folder + "target", [], [], cancellationToken));
            }

            await TryOpenAsync("open multipart uploads outside its folder", DoesNotLimit, _beside + "target", []);
            await TryFormAsync(What);
        }

        // Stores have checked forms less than other uploads. Only a form that the store accepts counts, because many stores know none. The
        // policy does not allow the first file. A store that checks that before the session's limits gets one that it allows.
        private async Task TryFormAsync(string what)
        {
            var key = _beside + "target";
            var answer = await session.PostFormAsync(key, size: 0, cancellationToken);
            if (answer.Error?.Code == "EntityTooSmall")
            {
                answer = await session.PostFormAsync(key, size: 1, cancellationToken);
            }

            if (answer.IsSuccess)
            {
                Judge(what, DoesNotLimit, answer);
                await server.DeleteAsync(key, cancellationToken);
            }
        }

        private async Task TryChangesInsideAsync()
        {
            var missing = _inside + PutProbe.MissingName;
            const string Delete = "delete files";
            await TryAsync(Delete, () => SendAsync("DELETE", missing));

            // Its answer names the refusal of each key. Not every store knows this request.
            var many = await session.DeleteManyAsync(missing, cancellationToken);
            if (many.Xml("DeleteResult") is { } result && StoreExam.Values(result, "Deleted").Any())
            {
                Judge(Delete, DoesNotLimit, many);
            }

            await TryFileAsync("change ACLs", () => session.SendAsync(
                new S3Request("PUT", missing, [new S3Parameter("acl", "")], [new S3Parameter("x-amz-acl", "private")]), cancellationToken));
            await TryFileAsync("tag files", () => session.PutAsync(
                missing, [new S3Parameter("tagging", "")], [], [ProbeClient.WrongDigest], cancellationToken));
            await TryAsync("change the bucket's policy", () => session.PutAsync(
                null, [new S3Parameter("policy", "")], [], [ProbeClient.WrongDigest], cancellationToken));
            await TryAsync(
                "read the bucket's notifications, and so perhaps send the names of files anywhere",
                () => SendAsync("GET", null, new S3Parameter("notification", "")),
                "On Ceph, set `rgw_enable_apis = s3, sts` at the gateway.");
        }

        // Stores that ignore ACLs accept one that does not exist. At AWS, an ACL needs a permission that sessions do not have. Ceph takes
        // ACLs with uploads without it, and IgnorePublicAcls makes them ineffective.
        private async Task TryPublicAclsAsync()
        {
            if ((await TryPutAsync(new S3Parameter("x-amz-acl", ImpossibleAcl))).IsAccepted)
            {
                return;
            }

            const string What = "make files public";
            var isIgnored = await IsSetAsync("IgnorePublicAcls");
            if (isIgnored is true)
            {
                return;
            }

            // Without the address, which stays inside.
            var endpoint = session.Options.Endpoint is null ? "" : "--endpoint-url $S3_ENDPOINT ";
            var advice = $"Make public ACLs ineffective: `aws s3api put-public-access-block {endpoint}--bucket {Bucket} "
                + "--public-access-block-configuration IgnorePublicAcls=true,RestrictPublicBuckets=true`.";
            S3Parameter[] headers = [new("x-amz-acl", "public-read"), new("x-amz-grant-read", AllUsers)];
            if (isIgnored is null && await HasNoEffectAsync(headers[0]))
            {
                return;
            }

            foreach (var header in headers)
            {
                await TryAsync(What, () => TryPutAsync(header), advice);
                await TryOpenAsync(What, advice, Target, [header]);
            }
        }

        // Without a readable setting, only a file shows whether the header makes it public. The probe may not be able to delete it.
        private async Task<bool> HasNoEffectAsync(S3Parameter header)
        {
            if (!(await TryPutAsync(header)).IsAccepted
                || !(await session.PutAsync(Target, [], [header], [], cancellationToken)).IsSuccess)
            {
                return false;
            }

            var read = await server.SendUnsignedAsync(HttpMethod.Get, $"/{S3UriEncoding.EncodePath(Target)}", [], cancellationToken);
            await server.DeleteAsync(Target, cancellationToken);
            return IsRefusal(read);
        }

        private async Task TrySessionWithoutLimitsAsync()
        {
            switch (await source.IssuesUnlimitedAsync(sessionKeys, cancellationToken))
            {
                case true:
                    _excesses.Add((
                        "get a session without limits from the STS",
                        "The role's trust policy must refuse sessions: add "
                            + "\"Condition\":{\"Null\":{\"aws:TokenIssueTime\":\"true\"}} to its Allow (docs/sessions.md)."));
                    break;
                case null:
                    (_unclear, _hasNoAnswer) = ("the STS gives no clear answer to the keys of a session", true);
                    break;
            }
        }

        private async Task TryOpenAsync(string what, string advice, string key, IReadOnlyList<S3Parameter> headers)
        {
            var opened = await session.SendAsync(
                new S3Request("POST", key, [new S3Parameter("uploads", "")], headers), cancellationToken);
            Judge(what, advice, opened);
            if (UploadIdOf(opened) is { } upload)
            {
                await AbortAsync(key, upload);
            }
        }

        private async Task TryAsync(string what, Func<Task<ProbeAnswer>> send, string advice = DoesNotLimit) =>
            Judge(what, advice, await send());

        // For attempts on a file that may be missing: see the remarks on the class.
        private async Task TryFileAsync(string what, Func<Task<ProbeAnswer>> send)
        {
            if (await send() is { IsMissingObject: false } answer)
            {
                Judge(what, DoesNotLimit, answer);
            }
        }

        private void Judge(string what, string advice, ProbeAnswer answer)
        {
            if (answer.IsAccepted || IsDoneButForTheRequest(answer))
            {
                if (!_excesses.Contains((what, advice)))
                {
                    _excesses.Add((what, advice));
                }
            }
            else if (!IsRefusal(answer))
            {
                _hasNoAnswer |= answer.IsUnrelatedToRequest || answer.Status is null;
                _unclear ??= $"the store answers {answer} when a session tries to {what}";
            }
        }

        // The store would have done it, if the document or the condition had been right.
        private static bool IsDoneButForTheRequest(ProbeAnswer answer) =>
            answer.Error?.Code is "MalformedPolicy" or "MalformedXML" or "MalformedPolicyDocument"
            || answer.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable;

        private static bool IsRefusal(ProbeAnswer answer) => answer.IsDenied || answer.IsNotImplemented
            || answer.Error?.Code is "AccessControlListNotSupported" or "MethodNotAllowed" or "NotImplemented";

        // With the server's keys, because the store may not let the session abort what it must not open.
        private Task<ProbeAnswer> AbortAsync(string key, string upload) =>
            server.SendAsync(HttpMethod.Delete, key, [new S3Parameter("uploadId", upload)], CancellationToken.None);

        private Task<ProbeAnswer> SendAsync(string method, string? key, params S3Parameter[] query) =>
            session.SendAsync(new S3Request(method, key, query, []), cancellationToken);

        // StoreExam sends the signed headers, too.
        private Task<ProbeAnswer> TryPutAsync(S3Parameter header) => session.TryPutAsync(Target, [header], [], cancellationToken);

        private static string? UploadIdOf(ProbeAnswer opened) => opened.Xml("InitiateMultipartUploadResult") is { } upload
            ? StoreExam.Values(upload, "UploadId").FirstOrDefault(id => id.Length > 0)
            : null;
    }
}
