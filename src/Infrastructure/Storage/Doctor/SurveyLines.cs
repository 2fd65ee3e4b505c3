namespace S3Auth.Infrastructure.Storage;

/// <summary>The lines of the report that follow from <see cref="StoreSurvey"/>.</summary>
internal static class SurveyLines
{
    // Requests for listings and for grants of one file wait for the store.
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(1);

    /// <summary>Returns the line about the address of the store.</summary>
    internal static StoreCheck Endpoint(StoreAccess access, StoreRoute route)
    {
        const string Name = "endpoint";
        if (access.Result == StoreAccess.Outcome.NoAnswer)
        {
            return new StoreCheck(
                Name,
                StoreCheckResult.Fail,
                $"There is no object store at {route.Service.Origin}: {access.Finding}.",
                route.Addressing == S3Addressing.Virtual
                    ? "Correct S3_ENDPOINT, set S3_ADDRESSING=path, or give the store a host name for each bucket."
                    : "Correct S3_ENDPOINT, start the store, or let this server reach it.");
        }

        var milliseconds = FormattableString.Invariant($"{access.Latency?.TotalMilliseconds:0} ms");
        var addressing = route.Addressing == S3Addressing.Path ? "the path" : "the host";
        return access.Latency > SlowAnswer
            ? new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The store at {route.Service.Origin} is slow: a listing of an empty folder takes {milliseconds}.",
                "Run the server near the store, or find out why the store is slow.")
            : new StoreCheck(
                Name,
                StoreCheckResult.Ok,
                $"The store at {route.Service.Origin} answers within {milliseconds}. URLs have the bucket's name in {addressing}.");
    }

    /// <summary>Returns the lines about region, keys, bucket and clock.</summary>
    internal static IEnumerable<StoreCheck> Configuration(StoreAccess access, StorageOptions options)
    {
        yield return Line(
            "region", StoreSubject.Region, access, $"The store accepts the region {options.Region}.", "S3_REGION is wrong");
        yield return Line(
            "credentials", StoreSubject.Credentials, access, "The store accepts the keys.", "The store does not accept the keys");
        yield return Line(
            "bucket", StoreSubject.Bucket, BucketAdvice(access, options), $"The bucket {options.Bucket} exists.",
            "S3_BUCKET cannot be used");
        var clock = Line("clock", StoreSubject.Clock, access, "The clocks of this server and of the store agree.", "The clocks disagree");
        yield return clock.Result == StoreCheckResult.Ok && access.ClockSkew is { } skew && skew.Duration() > AccessProbe.MaxClockSkew
            ? new StoreCheck(
                clock.Name,
                StoreCheckResult.Warn,
                $"{AccessProbe.DescribeSkew(skew)}. The store still accepts that, but grants end at other times than this server says.",
                "Find out which clock is wrong. For this server's: `timedatectl set-ntp true`.")
            : clock;
    }

    /// <summary>Returns why the endpoint of clients does not work, and what the operator can do.</summary>
    /// <param name="access">The answer there, which is not that it works.</param>
    /// <param name="origin">The endpoint.</param>
    internal static (string Finding, string Advice) PublicProblem(StoreAccess access, string origin) =>
        access.Result == StoreAccess.Outcome.NoAnswer
            ? ($"The object store does not answer at {origin}, where clients are sent: {access.Finding}.",
                "Correct S3_PUBLIC_ENDPOINT. If clients reach it and only this server does not, let this server reach it too.")
            : ($"The object store refuses what is signed for clients at {origin}: {access.Finding}.",
                "Set S3_PUBLIC_ENDPOINT to an address of the same store as S3_ENDPOINT. A proxy there must keep the Host header and the "
                    + "path.");

    /// <summary>Returns the line about the endpoint of clients.</summary>
    internal static StoreCheck PublicEndpoint(StoreSurvey survey, StoreRoute route)
    {
        const string Name = "public_endpoint";
        var origin = route.Clients.Origin;
        if (survey.Public is { Result: not StoreAccess.Outcome.Works } access)
        {
            var (finding, advice) = PublicProblem(access, origin);
            return new StoreCheck(Name, StoreCheckResult.Fail, finding, advice);
        }

        return IsPrivate(new Uri(origin))
            ? new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"Clients are sent to {origin}, which machines outside this network cannot reach.",
                "Set S3_PUBLIC_ENDPOINT to an address of the store that clients reach.")
            : origin.StartsWith("http:", StringComparison.Ordinal)
                ? new StoreCheck(
                    Name,
                    StoreCheckResult.Warn,
                    $"Clients are sent to {origin} without TLS: anyone on the network path can read files and reuse grants.",
                    "Put a proxy with TLS in front of the store, and set S3_PUBLIC_ENDPOINT to its https address.")
                : new StoreCheck(Name, StoreCheckResult.Ok, $"Presigned requests work at {origin}, where clients are sent.");
    }

    /// <summary>Returns the line about upload forms.</summary>
    internal static StoreCheck Post(UploadMethod? configured, StoreSurvey survey)
    {
        const string Name = "post";
        if (survey.Clients.Result != StoreAccess.Outcome.Works)
        {
            return Skipped(Name);
        }

        var choice = UploadChoice.Make(configured, survey.Forms, survey.Puts);
        return survey.Forms switch
        {
            { IsSupported: true } => new StoreCheck(Name, StoreCheckResult.Ok, "The store accepts upload forms and enforces their limits."),
            { IsKnown: false } => new StoreCheck(
                Name, StoreCheckResult.Warn, "The store gave no clear answer to an upload form.", "Run the doctor again."),
            { IsSupported: false } when choice.Method == UploadMethod.Put => new StoreCheck(
                Name, StoreCheckResult.Ok, $"{survey.Forms.Problem} Miners upload by PUT."),
            _ => new StoreCheck(
                Name,
                StoreCheckResult.Fail,
                survey.Forms.Problem!,
                UploadChoice.FormAdvice(survey.Forms, survey.Puts)),
        };
    }

    /// <summary>Returns the line about uploads by PUT.</summary>
    internal static StoreCheck Put(UploadMethod? configured, StoreSurvey survey)
    {
        const string Name = "put";
        if (survey.Clients.Result != StoreAccess.Outcome.Works)
        {
            return Skipped(Name);
        }

        var puts = survey.Puts;
        var choice = UploadChoice.Make(configured, survey.Forms, puts);
        return puts switch
        {
            { Uploads: PutUploads.Safe, Problem: null } => new StoreCheck(
                Name,
                StoreCheckResult.Ok,
                puts.Barred == BarredHeaders.None
                    ? "A presigned PUT uploads one object and does nothing else: the store refuses headers that are not signed."
                    : "A presigned PUT uploads one object and does nothing else: the store refuses the headers that the URL names."),
            { Uploads: PutUploads.Safe } => new StoreCheck(Name, StoreCheckResult.Warn, puts.Problem),
            _ when choice.Method == UploadMethod.Put => new StoreCheck(
                Name,
                StoreCheckResult.Fail,
                puts.Problem ?? "The store gave no clear answer.",
                UploadChoice.PutAdvice(survey.Forms, puts)),
            _ => new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"{puts.Problem ?? "The store gave no clear answer."} Miners upload by form, and the server signs no PUT."),
        };
    }

    /// <summary>Returns the line about parts of multipart uploads.</summary>
    internal static StoreCheck Parts(StoreSurvey survey)
    {
        const string Name = "parts";
        return survey switch
        {
            { Clients.Result: not StoreAccess.Outcome.Works } => Skipped(Name),
            { Parts.Uploads: PutUploads.Safe } => new StoreCheck(
                Name, StoreCheckResult.Ok, "A presigned PUT of a part of a multipart upload uploads that part and does nothing else."),
            { Parts: { IsTransient: false, Problem: null } } => new StoreCheck(
                Name, StoreCheckResult.Ok, "The store does not open multipart uploads, so the server grants none."),
            _ => new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                survey.Parts.Problem ?? "The store gave no clear answer about parts of multipart uploads, so the server grants none."),
        };
    }

    private static StoreCheck Line(string name, StoreSubject subject, StoreAccess access, string ok, string wrong) => access switch
    {
        { Result: StoreAccess.Outcome.Works } => new StoreCheck(name, StoreCheckResult.Ok, ok),
        { Result: StoreAccess.Outcome.Refused } when access.Subject == subject =>
            new StoreCheck(name, StoreCheckResult.Fail, $"{wrong}: {access.Finding}.", access.Advice),
        _ => Skipped(name),
    };

    /// <summary>Returns the line of a check that could not run.</summary>
    internal static StoreCheck Skipped(string name) =>
        new(name, StoreCheckResult.Skipped, "Not checked, because another check failed.");

    // A frequent mistake: S3_ENDPOINT is the address of the bucket instead of the store.
    private static StoreAccess BucketAdvice(StoreAccess access, StorageOptions options) =>
        options.Endpoint?.Host.StartsWith(options.Bucket + ".", StringComparison.OrdinalIgnoreCase) == true
            ? access with
            {
                Advice = $"S3_ENDPOINT begins with the bucket's name. Remove the name, and set S3_ADDRESSING=virtual. {access.Advice}",
            }
            : access;

    // A name without a dot exists only in a local network, such as a Docker network.
    private static bool IsPrivate(Uri origin)
    {
        if (!IPAddress.TryParse(origin.Host.Trim('[', ']'), out var address))
        {
            return !origin.Host.Contains('.', StringComparison.Ordinal)
                || origin.Host.EndsWith(".localhost", StringComparison.Ordinal)
                || origin.Host.EndsWith(".local", StringComparison.Ordinal)
                || origin.Host.EndsWith(".internal", StringComparison.Ordinal);
        }

        var bytes = address.GetAddressBytes();
        return IPAddress.IsLoopback(address)
            || address.IsIPv6LinkLocal
            || address.IsIPv6UniqueLocal
            || (bytes.Length == 4
                && (bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168)
                    || (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 100 && bytes[1] is >= 64 and < 128)));
    }
}
