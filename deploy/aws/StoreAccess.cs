using Amazon.CDK.AWS.IAM;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// All that the signing identity may do, and so all that a grant can ever open: put, get and list below <c>data/</c> in one bucket. There
/// is no delete, no ACL, no other bucket.
/// </summary>
internal static class StoreAccess
{
    /// <summary>What every miner's key begins with.</summary>
    internal const string DataPrefix = "data/";

    /// <param name="bucketArn">The bucket.</param>
    /// <param name="principal">Whose, where the policy is not the identity's own.</param>
    internal static IEnumerable<PolicyStatement> On(string bucketArn, IPrincipal? principal = null)
    {
        IPrincipal[] principals = principal is null ? [] : [principal];
        yield return new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Objects",
            Principals = principals,
            Actions = ["s3:PutObject", "s3:GetObject"],
            Resources = [$"{bucketArn}/{DataPrefix}*"],
        });

        // Not narrowed by s3:prefix. The same permission makes S3 say 404 rather than 403 of a key that is not there, by which uploads of
        // a file that exists are refused; that question carries no prefix, and a condition on it would answer no. Nor does the service's
        // own look at the store. Every listing that is signed has its prefix in the signature.
        yield return new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Listings",
            Principals = principals,
            Actions = ["s3:ListBucket"],
            Resources = [bucketArn],
        });
    }
}
