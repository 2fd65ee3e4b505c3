using System.Text.Json;

namespace S3Auth.S3.Tests;

public sealed class SessionPolicyTests
{
    [Test]
    public void Policy_of_a_miner_allows_uploads_reading_and_listing_below_each_prefix() => Assert.That(
        SessionPolicy.Create("b", ["data/x/A/", "data/y/A/"], mayWrite: true),
        Is.EqualTo(
            ("{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':['s3:PutObject','s3:GetObject','s3:AbortMultipartUpload',"
                + "'s3:ListMultipartUploadParts'],'Resource':['arn:aws:s3:::b/data/x/A/*','arn:aws:s3:::b/data/y/A/*']},"
                + "{'Effect':'Allow','Action':['s3:ListBucket'],'Resource':['arn:aws:s3:::b'],"
                + "'Condition':{'StringLike':{'s3:prefix':['data/x/A/*','data/y/A/*']}}}]}").Replace('\'', '"')));

    [Test]
    public void Policy_of_a_validator_allows_reading_and_listing_only() => Assert.That(
        Actions(SessionPolicy.Create("b", ["data/"], mayWrite: false)), Is.EqualTo((string[])["s3:GetObject", "s3:ListBucket"]));

    [TestCase(true)]
    [TestCase(false)]
    public void Policy_allows_the_actions_that_callers_are_told(bool mayWrite) => Assert.That(
        Actions(SessionPolicy.Create("b", ["data/"], mayWrite)), Is.EqualTo(SessionPolicy.ActionsOf(mayWrite)));

    [Test]
    public void Whole_bucket_may_be_listed_without_a_prefix() => Assert.That(
        SessionPolicy.Create("b", [""], mayWrite: false), Does.Contain("arn:aws:s3:::b/*").And.Not.Contain("Condition"));

    [TestCase("data/*")]
    [TestCase("data/?")]
    [TestCase("data/${aws:userid}/")]
    public void Prefix_with_a_special_character_is_refused(string prefix) =>
        Assert.Throws<ArgumentException>(() => SessionPolicy.Create("b", ["data/", prefix], mayWrite: true));

    [Test]
    public void Policy_needs_a_prefix() => Assert.Throws<ArgumentException>(() => SessionPolicy.Create("b", [], mayWrite: true));

    [TestCase("arn:aws:iam::123456789012:role/s", "aws")]
    [TestCase("arn:aws-cn:iam::123456789012:role/s", "aws-cn")]
    [TestCase("arn:aws-us-gov:iam::123456789012:role/s", "aws-us-gov")]
    [TestCase("arn:minio:iam:::role/s", "aws")]
    [TestCase(null, "aws")]
    public void Partition_is_that_of_the_role_at_AWS(string? role, string partition)
    {
        Assert.That(SessionPolicy.PartitionOf(role), Is.EqualTo(partition));
        var policy = SessionPolicy.Create("b", ["data/"], mayWrite: true, partition);
        Assert.That(policy.Split($"\"arn:{partition}:s3:::b"), Has.Length.EqualTo(3), "Both resources have it.");
    }

    private static string[] Actions(string policy)
    {
        using var document = JsonDocument.Parse(policy);
        return
        [
            .. document.RootElement.GetProperty("Statement").EnumerateArray()
                .SelectMany(statement => statement.GetProperty("Action").EnumerateArray())
                .Select(action => action.GetString()!),
        ];
    }
}
