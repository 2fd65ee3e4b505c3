namespace S3Auth.Application.Service;

/// <summary>What the store can do, found out by asking it. A null means that it is unknown.</summary>
/// <param name="Addressing">Where URLs have the bucket's name: <c>path</c> or <c>virtual</c> (the host).</param>
/// <param name="PostForms">Whether it accepts POST forms and enforces their policies.</param>
/// <param name="PutUploads">
/// Whether a presigned PUT lets its holder upload one object and nothing more: <c>safe</c>, <c>unsafe</c> or <c>unknown</c>.
/// </param>
/// <param name="HeaderGuard">
/// How a presigned PUT forbids headers that it does not sign: <c>store</c> (the store refuses them), <c>left_out</c> or <c>empty</c> (the
/// URL names them, without a value or with an empty one). Null also if there is no way.
/// </param>
/// <param name="PartUploads">The same as <c>put_uploads</c> for a presigned PUT of a part of a multipart upload.</param>
/// <param name="PartHeaderGuard">The same as <c>header_guard</c> for a presigned PUT of a part of a multipart upload.</param>
/// <param name="PutSizesEnforced">Whether it enforces the signed size of a PUT.</param>
/// <param name="LengthRequired">Whether it needs the length of a PUT in advance.</param>
/// <param name="ConditionalWrites">
/// What it does with <c>If-None-Match: *</c> on a PUT: <c>refused</c>, <c>ignored</c>, <c>accepted</c> (whether it is enforced is unknown),
/// <c>enforced</c> or <c>unknown</c>.
/// </param>
/// <param name="ConditionalCompletion">
/// The same as <c>conditional_writes</c> for the completion of a multipart upload. <c>unknown</c> also if the server must not test it.
/// </param>
/// <param name="Checksums">Whether it verifies <c>x-amz-checksum-sha256</c>.</param>
/// <param name="PayloadHashes">Whether it verifies a signed <c>x-amz-content-sha256</c>.</param>
/// <param name="Multipart">Whether it has multipart uploads.</param>
/// <param name="EtagsAreMd5">Whether the ETag of an object is its MD5.</param>
/// <param name="TemporaryCredentials">Whether it issues temporary credentials (STS AssumeRole).</param>
/// <param name="SessionPolicies">
/// Whether it enforces the policies of temporary credentials. Null also if the server issues none.
/// </param>
public sealed record CapabilityHealth(
    string Addressing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? PostForms,
    string PutUploads,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? HeaderGuard,
    string PartUploads,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? PartHeaderGuard,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? PutSizesEnforced,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? LengthRequired,
    string ConditionalWrites,
    string ConditionalCompletion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? Checksums,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? PayloadHashes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? Multipart,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? EtagsAreMd5,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? TemporaryCredentials,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? SessionPolicies)
{
    /// <summary>Returns the capabilities with the JSON names of their values.</summary>
    public static CapabilityHealth Of(StoreCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        return new CapabilityHealth(
            capabilities.Addressing.ToName(),
            capabilities.PostForms,
            capabilities.PutUploads.ToName(),
            NameOf(capabilities.HeaderGuard),
            capabilities.PartUploads.ToName(),
            NameOf(capabilities.PartHeaderGuard),
            capabilities.PutSizesEnforced,
            capabilities.LengthRequired,
            capabilities.ConditionalWrites.ToName(),
            capabilities.ConditionalCompletion.ToName(),
            capabilities.Checksums,
            capabilities.PayloadHashes,
            capabilities.Multipart,
            capabilities.ETagsAreMd5,
            capabilities.TemporaryCredentials,
            capabilities.SessionPolicies);
    }

    private static string? NameOf(BarredHeaders? guard) => guard switch
    {
        BarredHeaders.None => "store",
        BarredHeaders.LeftOut => "left_out",
        BarredHeaders.Empty => "empty",
        _ => null,
    };
}
