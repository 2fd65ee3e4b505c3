namespace S3Auth.Application.Ports;

/// <summary>
/// Signs everything of one grant, dated one moment, with one set of credentials. Every <c>expiry</c> is the moment the result
/// ends; at least one second and at most seven days after that date, else <see cref="ArgumentOutOfRangeException"/>. Fractions
/// of a second are cut off.
/// </summary>
public interface IGrantSigner
{
    /// <summary>When the credentials end and every signature of theirs with them; null when they do not.</summary>
    DateTimeOffset? CredentialsEnd { get; }

    /// <summary>A POST policy: any number of uploads as <paramref name="policy"/> says.</summary>
    PostUpload SignPost(UploadPolicy policy, DateTimeOffset expiry);

    /// <summary>A POST policy: uploads of one object.</summary>
    PostUpload SignPost(FileUpload file, DateTimeOffset expiry);

    /// <summary>A URL that uploads (PUT) one object; of the size that <paramref name="file"/> says, where it says one.</summary>
    /// <exception cref="Refusals.RefusedException"><c>storage_unavailable</c>: at this store such a URL could be used for more than that.</exception>
    string SignPut(FileUpload file, DateTimeOffset expiry);

    /// <summary>A URL that downloads one object.</summary>
    string SignGet(ObjectName key, DateTimeOffset expiry);

    /// <summary>A URL that lists (ListObjectsV2) what <paramref name="listing"/> says and nothing else.</summary>
    string SignList(Listing listing, DateTimeOffset expiry);
}
