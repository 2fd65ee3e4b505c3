namespace S3Auth.Infrastructure.Storage;

/// <summary>The findings of one survey: what the server needs to sign grants.</summary>
/// <param name="Service">Whether the store accepts what this server signs, at the endpoint of this server.</param>
/// <param name="Public">The same at the endpoint of clients; null if there is no other.</param>
/// <param name="Forms">Whether it supports upload forms.</param>
/// <param name="Puts">What a presigned PUT of an object lets its holder do.</param>
/// <param name="Parts">What a presigned PUT of a part of a multipart upload lets its holder do.</param>
internal sealed record StoreSurvey(
    StoreAccess Service, StoreAccess? Public, FormFinding Forms, PutFinding Puts, PutFinding Parts)
{
    /// <summary>Whether the store accepts what clients get.</summary>
    internal StoreAccess Clients => Public ?? Service;
}
