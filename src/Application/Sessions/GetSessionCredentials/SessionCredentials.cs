namespace S3Auth.Application.Sessions;

/// <summary>
/// Temporary credentials for any S3 tool, and where to use them. The object store enforces what they allow until they expire.
/// </summary>
public sealed record SessionCredentials : IGranted
{
    /// <summary>The id of the access key.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The secret access key. <b>Secret</b>.</summary>
    public required string SecretAccessKey { get; init; }

    /// <summary>The session token, which tools send with each request. <b>Secret</b>.</summary>
    public required string SessionToken { get; init; }

    /// <summary>When the credentials expire.</summary>
    public required DateTimeOffset Expiration { get; init; }

    /// <summary>The address of the object store, without the bucket.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The bucket's region.</summary>
    public required string Region { get; init; }

    /// <summary>The bucket's name.</summary>
    public required string Bucket { get; init; }

    /// <summary>Where URLs have the bucket's name: <c>path</c> or <c>virtual</c> (the host).</summary>
    public required string Addressing { get; init; }

    /// <summary>
    /// The prefixes of the keys that the credentials give access to. A listing must name one of them, or a longer prefix.
    /// </summary>
    public required IReadOnlyList<string> Prefixes { get; init; }

    /// <summary>The actions that the credentials allow, by their names in AWS's policies.</summary>
    public required IReadOnlyList<string> Actions { get; init; }

    /// <summary>
    /// The rules of this server that the store does not enforce for these credentials: <c>file_size</c>, <c>daily_files</c> and
    /// <c>write_once</c>. Empty for validators.
    /// </summary>
    public required IReadOnlyList<string> NotEnforced { get; init; }

    /// <summary>Whether the credentials were issued for an earlier request, so that this one costs nothing.</summary>
    [JsonIgnore]
    public bool IsReused { get; init; }

    GrantedAccess IGranted.Granted => new(Prefixes, Files: null, Expiration) { IsReused = IsReused };

    /// <summary>Leaves out the secrets, because frameworks log what they return.</summary>
    public override string ToString() => $"{nameof(SessionCredentials)} until {Expiration:O}";
}
