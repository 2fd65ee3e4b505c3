using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using S3Auth.S3;

namespace S3Auth.S3.Tests;

/// <summary>Compares all signatures with boto3: host, path, each parameter or field, and the signature.</summary>
public sealed class Boto3VectorTests
{
    private static readonly string[] Kinds = ["get", "put", "rules", "list", "post"];

    [Test]
    public void Signer_agrees_with_boto3_on_every_committed_vector()
    {
        var vectors = Boto3Vector.Committed();

        Assert.That(vectors, Has.Count.GreaterThan(300));
        Assert.That(vectors.Select(vector => vector.Kind).Distinct(StringComparer.Ordinal), Is.EquivalentTo(Kinds));
        Compare(vectors);
    }

    [Test]
    public void Signer_agrees_with_boto3_on_random_keys()
    {
        var seed = Random.Shared.Next(1, int.MaxValue).ToString(CultureInfo.InvariantCulture);
        var (vectors, why) = Boto3Vector.Fresh(seed);
        if (vectors is null)
        {
            Assert.Ignore($"Only the committed vectors were checked: {why}.");
        }

        Assert.That(vectors, Has.Count.GreaterThan(300));
        Compare([.. vectors!.Select(vector => vector with { Name = $"seed {seed}, {vector.Name}" })]);
    }

    private static void Compare(IReadOnlyList<Boto3Vector> vectors)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var vector in vectors)
            {
                if (vector.Kind is "post")
                {
                    ComparePost(vector);
                }
                else
                {
                    Assert.That(SignedUrl.Parse(Sign(vector)), Is.EqualTo(SignedUrl.Parse(vector.Url)), vector.Name);
                }
            }
        }
    }

    private static string Sign(Boto3Vector vector) => vector.Kind switch
    {
        "get" => vector.Signer.PresignGet(vector.Key!, vector.Seconds),
        "put" => vector.Signer.PresignPut(vector.Key!, vector.Seconds, vector.ContentLength),
        "rules" => vector.Signer.PresignPut(
            vector.Key!,
            vector.Seconds,
            new PutRules(vector.ContentLength, vector.HasEmptyHeaders ? BarredHeaders.Empty : BarredHeaders.None)
            {
                IsWriteOnce = vector.IsWriteOnce,
                Checksum = vector.Checksum,
                PayloadHash = vector.PayloadHash,
                Part = vector.UploadId is { } id ? new UploadPart(id, vector.PartNumber) : null,
            }),
        "list" => vector.Signer.PresignList(
            new S3Listing(vector.Prefix, vector.Delimiter, vector.ContinuationToken, vector.MaxKeys, vector.StartAfter), vector.Seconds),
        _ => throw new InvalidDataException(vector.Kind),
    };

    private static void ComparePost(Boto3Vector vector)
    {
        var key = SigningKey.Derive(
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", DateOnly.FromDateTime(vector.Moment.UtcDateTime), vector.Region);
        var theirs = vector.Fields!;
        var ours = vector.Signer.SignPost(
            new PostPolicyRules(vector.Folder!, 1024, 5368709120, "private", "STANDARD"), vector.Seconds).ToDictionary();

        // JSON has no canonical form, so the policies have the same conditions but different signatures.
        Assert.That(vector.Target.BucketUrl, Is.EqualTo(SignedUrl.WithoutDefaultPort(vector.Url)), vector.Name);
        Assert.That(PolicyOf(ours), Is.EqualTo(PolicyOf(theirs)), vector.Name);
        Assert.That(SignatureOf(theirs, key), Is.EqualTo(theirs["x-amz-signature"]), vector.Name);
        Assert.That(SignatureOf(ours, key), Is.EqualTo(ours["x-amz-signature"]), vector.Name);
        Assert.That(ours.Where(IsPlain), Is.EquivalentTo(theirs.Where(IsPlain)), vector.Name);

        static bool IsPlain(KeyValuePair<string, string> field) => field.Key is not ("policy" or "x-amz-signature");
    }

    private static string PolicyOf(IReadOnlyDictionary<string, string> fields)
    {
        var policy = JsonNode.Parse(Convert.FromBase64String(fields["policy"]))!;
        var conditions = policy["conditions"]!.AsArray().Select(condition => condition!.ToJsonString()).Order(StringComparer.Ordinal);
        return $"{policy["expiration"]}\n{string.Join('\n', conditions)}";
    }

    private static string SignatureOf(IReadOnlyDictionary<string, string> fields, SigningKey key)
    {
        var signature = new byte[64];
        key.Sign(Encoding.ASCII.GetBytes(fields["policy"]), signature);
        return Encoding.ASCII.GetString(signature);
    }
}
