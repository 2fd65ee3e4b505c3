"""The requests that session_actions.py tries: each S3 operation that boto3 knows, with real parameters, and ways around the rules."""

import urllib.parse
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import requests
from botocore import xform_name

from session_keys import ANOTHER, UNCHANGED, Keys, Refusal

CONTENT = b"id,name\n1,one\n2,two\n"

# One such request breaks the upload forms of Ceph 16.2, or crashes the gateway.
NOT_TRIED = {"SelectObjectContent"}

# The place of requests about the bucket, the account and the STS.
NOWHERE = {"above": [""]}


@dataclass
class Request:
    """A request, what must be there before it, and the codes that show that the operator's keys were let through."""

    name: str
    group: str
    send: callable
    prepare: callable = lambda place: None
    # The answers to the operator that come after the check of the keys: the request got through.
    reached: set = field(default_factory=set)
    # The answers to the operator for an operation that the store does not implement.
    unknown: set = field(default_factory=set)
    operation: str = ""


class Store:
    """The bucket with what the requests need."""

    def __init__(self, arguments, operator):
        self.bucket = arguments["bucket"]
        self.other = arguments["other_bucket"]
        self.places = arguments["places"]
        self.role_arn = arguments["role_arn"]
        self.account = arguments["stranger"]["account"]
        self.stranger = Keys(arguments, arguments["stranger"])
        self.user = arguments["user"]
        self.operator = operator
        self.inside = self.places["inside"][0] + "file.csv"
        self.beside = self.places["beside"][0] + "file.csv"

    def places_of(self, request):
        if request.group in {"bucket", "service"}:
            return NOWHERE
        return {where: self.places[where] for where in self.places if request.group != "break" or where != "inside"}

    def fill(self):
        for prefix in {prefix for prefixes in self.places.values() for prefix in prefixes}:
            self.put(prefix)
        self.operator.call("s3", "put_object", Bucket=self.other, Key=self.inside, Body=CONTENT)

    def put(self, prefix):
        self.operator.call("s3", "put_object", Bucket=self.bucket, Key=prefix + "file.csv", Body=CONTENT)

    def read(self, place):
        return self.operator.call("s3", "get_object", Bucket=self.bucket, Key=place + "file.csv")["Body"]

    def upload(self, key):
        """Opens a multipart upload with one part, as the operator."""
        upload = self.operator.call("s3", "create_multipart_upload", Bucket=self.bucket, Key=key)["UploadId"]
        part = self.operator.call("s3", "upload_part", Bucket=self.bucket, Key=key, UploadId=upload, PartNumber=1, Body=CONTENT)
        return {"Bucket": self.bucket, "Key": key, "UploadId": upload}, part["ETag"]


def requests_of(store):
    return [*objects(store), *listings(store), *variants(store), *buckets(store), *services(store)]


def operations_without_request(s3):
    """The operations that this boto3 knows and that are not tried."""

    class Anything:
        def __getattr__(self, name):
            return Anything()

        def __getitem__(self, name):
            return Anything()

        def __add__(self, other):
            return ""

    tried = {request.operation for request in requests_of(Anything())}
    return sorted(set(s3.meta.service_model.operation_names) - tried - NOT_TRIED)


def method(operation):
    """The name of boto3's method, as get_object for GetObject."""
    return xform_name(operation)


def objects(store):
    """Operations on objects, at each place."""

    def of(operation, reached=(), unknown=(), **parameters):
        def send(keys, place, prepared):
            keys.call("s3", method(operation), Bucket=store.bucket, Key=place + "file.csv", **parameters)

        return Request(operation, "object", send, store.put, set(reached), set(unknown), operation)

    def raw(operation, verb, query, body=b"", headers=None, reached=(), unknown=()):
        def send(keys, place, prepared):
            keys.send(verb, f"/{store.bucket}/{place}file.csv?{query}", body, headers)
            if store.read(place) != CONTENT:
                # The store took it for a PutObject.
                raise Refusal(ANOTHER)

        return Request(operation, "object", send, store.put, set(reached), set(unknown), operation)

    def of_upload(operation, **parameters):
        def prepare(place):
            return store.upload(place + "file.csv")

        def send(keys, place, prepared):
            upload, etag = prepared
            more = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}} if operation == "CompleteMultipartUpload" else {}
            keys.call("s3", method(operation), **upload, **more, **parameters)

        return Request(operation, "object", send, prepare, operation=operation)

    def copy_to(keys, place, prepared):
        keys.call("s3", "copy_object", Bucket=store.bucket, Key=place + "file.csv", CopySource=f"{store.bucket}/{store.inside}",
                  MetadataDirective="REPLACE")

    def delete_objects(keys, place, prepared):
        keys.call("s3", "delete_objects", Bucket=store.bucket, Delete={"Objects": [{"Key": place + "file.csv"}]})

    until = datetime.now(timezone.utc) + timedelta(days=1)
    no_lock = {"InvalidRequest"}
    return [
        of("PutObject", Body=CONTENT),
        of("GetObject"),
        of("HeadObject"),
        of("GetObjectAttributes", ObjectAttributes=["ETag", "ObjectSize"]),
        of("GetObjectAcl"),
        of("PutObjectAcl", ACL="private"),
        of("GetObjectTagging"),
        of("PutObjectTagging", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}),
        of("DeleteObjectTagging"),
        of("GetObjectLegalHold", no_lock),
        of("PutObjectLegalHold", no_lock, LegalHold={"Status": "OFF"}),
        of("GetObjectRetention", no_lock),
        of("PutObjectRetention", no_lock, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until}),
        of("GetObjectTorrent", unknown={"InvalidArgument"}),
        of("RestoreObject", RestoreRequest={"Days": 1}),
        Request("CopyObject (destination)", "object", copy_to, store.put, operation="CopyObject"),
        raw("RenameObject", "PUT", "renameObject", headers={"x-amz-rename-source": "/" + urllib.parse.quote(f"{store.inside}")}),
        raw("UpdateObjectEncryption", "PUT", "encryption", b"<ObjectEncryption><SSES3/></ObjectEncryption>"),
        of("CreateMultipartUpload"),
        of_upload("UploadPart", PartNumber=2, Body=CONTENT),
        Request(
            "UploadPartCopy (destination)", "object",
            lambda keys, place, prepared: keys.call(
                "s3", "upload_part_copy", **prepared[0], PartNumber=2, CopySource=f"{store.bucket}/{store.inside}"),
            lambda place: store.upload(place + "file.csv"), operation="UploadPartCopy"),
        of_upload("ListParts"),
        of_upload("CompleteMultipartUpload"),
        of_upload("AbortMultipartUpload"),
        Request("DeleteObjects", "object", delete_objects, store.put, operation="DeleteObjects"),
        of("DeleteObject"),
    ]


def listings(store):
    """Listings of each place, and forms of them that could say more."""

    def of(operation, name=None, **parameters):
        def send(keys, place, prepared):
            answer = keys.call("s3", method(operation), Bucket=store.bucket, Prefix=place, **parameters)
            if not answer.get("Contents") and not answer.get("CommonPrefixes") and not answer.get("Versions"):
                raise Refusal("nothing listed")

        return Request(name or operation, "list", send, store.put, operation=operation)

    def uploads(keys, place, prepared):
        keys.call("s3", "list_multipart_uploads", Bucket=store.bucket, Prefix=place)

    def twice(keys, place, prepared):
        # If the store checks one of the two and lists the other, the listing breaks out.
        own, wanted = (f"prefix={urllib.parse.quote(one, safe='')}" for one in (store.places["inside"][0], place))
        path, answers = f"/{store.bucket}?list-type=2&", []
        for sent in (f"{own}&{wanted}", f"{wanted}&{own}"):
            for signed in (own, wanted, sent):
                try:
                    answers.append(keys.send("GET", path + sent, signed=path + signed).decode())
                except Refusal:
                    pass  # The store signs the query otherwise.
        if not answers:
            raise Refusal("no listing with two prefixes")
        if not any(f"<Key>{place}file.csv</Key>" in answer for answer in answers):
            raise Refusal(UNCHANGED)

    def cut(keys, place, prepared):
        keys.call("s3", "list_objects_v2", Bucket=store.bucket, Prefix=store.places["inside"][0].rstrip("/"))

    def start_after(keys, place, prepared):
        answer = keys.call("s3", "list_objects_v2", Bucket=store.bucket, Prefix=store.places["inside"][0], StartAfter=place)
        if any(not one["Key"].startswith(store.places["inside"][0]) for one in answer.get("Contents", [])):
            return
        raise Refusal(UNCHANGED)

    return [
        of("ListObjectsV2"),
        of("ListObjectsV2", "ListObjectsV2 with a delimiter", Delimiter="/"),
        of("ListObjects"),
        of("ListObjectVersions"),
        Request("ListMultipartUploads", "list", uploads, operation="ListMultipartUploads"),
        Request("ListObjectsV2 of the session's prefix without its last slash", "break", cut),
        Request("ListObjectsV2 with two prefixes", "break", twice, store.put),
        Request("ListObjectsV2 of the session's prefix with `start-after` elsewhere", "break", start_after, store.put),
    ]


def variants(store):
    """Other ways to do what the operations do, and headers that ask for more."""

    def put_with(name, unknown=frozenset(), reader=None, **parameters):
        def send(keys, place, prepared):
            keys.call("s3", "put_object", Bucket=store.bucket, Key=place + "file.csv", Body=CONTENT, **parameters)
            expect_readable(reader, place)

        return Request(name, "more", send, unknown=unknown)

    def create_with(name, reader=None, **parameters):
        def send(keys, place, prepared):
            upload = keys.call("s3", "create_multipart_upload", Bucket=store.bucket, Key=place + "file.csv", **parameters)["UploadId"]
            upload = {"Bucket": store.bucket, "Key": place + "file.csv", "UploadId": upload}
            part = keys.call("s3", "upload_part", **upload, PartNumber=1, Body=CONTENT)
            keys.call("s3", "complete_multipart_upload", **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
            expect_readable(reader, place)

        return Request(name, "more", send)

    def expect_readable(reader, place):
        """Whether the access that was granted is there: the store may take the header and give no access."""
        if reader:
            try:
                reader(f"/{store.bucket}/{place}file.csv")
            except Refusal as refusal:
                raise Refusal(UNCHANGED) from refusal

    def append(keys, place, prepared):
        keys.send("PUT", f"/{store.bucket}/{place}file.csv?append&position=0", CONTENT)

    def delete(place):
        store.operator.call("s3", "delete_object", Bucket=store.bucket, Key=place + "file.csv")

    def anyone(path):
        return store.operator.plain("GET", path)

    def stranger(path):
        return store.stranger.send("GET", path)

    def copy_from(keys, place, prepared):
        keys.call("s3", "copy_object", Bucket=store.bucket, Key=store.inside + ".copy", CopySource=f"{store.bucket}/{place}file.csv")

    def copy_part_from(keys, place, prepared):
        keys.call("s3", "upload_part_copy", **prepared[0], PartNumber=2, CopySource=f"{store.bucket}/{place}file.csv")

    def presigned(operation, verb, body=b""):
        def send(keys, place, prepared):
            keys.plain(verb, keys.s3.generate_presigned_url(operation, {"Bucket": store.bucket, "Key": place + "file.csv"}), body)

        return send

    def form(keys, place, prepared):
        post = keys.s3.generate_presigned_post(store.bucket, place + "file.csv")
        form = requests.Request("POST", post["url"], files=[
            *((name, (None, value)) for name, value in post["fields"].items()), ("file", ("file.csv", CONTENT))]).prepare()
        keys.plain("POST", f"/{store.bucket}", form.body, dict(form.headers))

    def over_dots(verb, dots):
        # S3 takes the path as it is, so the key begins with one's own prefix and is another key than the one that it points to.
        def send(keys, place, prepared):
            up = dots * store.places["inside"][0].count("/")
            path = f"/{store.bucket}/{store.places['inside'][0]}{up}{place}file.csv"
            answer = keys.send(verb, path, b"" if verb == "GET" else b"changed")
            if answer != CONTENT if verb == "GET" else store.read(place) == CONTENT:
                raise Refusal(UNCHANGED)

        return send

    def slash_before(verb, body=b""):
        return lambda keys, place, prepared: keys.send(verb, f"/{store.bucket}//{place}file.csv", body)

    def put_slashed(place):
        store.operator.send("PUT", f"/{store.bucket}//{place}file.csv", CONTENT)

    def missing(keys, place, prepared):
        try:
            keys.call("s3", "head_object", Bucket=store.bucket, Key=place + "missing")
        except Refusal as refusal:
            if refusal.code != "404":
                raise

    def version(verb):
        return lambda keys, place, prepared: keys.send(verb, f"/{store.bucket}/{place}file.csv?versionId=null")

    def elsewhere(verb, body=b""):
        return lambda keys, place, prepared: keys.send(verb, f"/{store.other}/{store.inside}", body)

    everyone = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    return [
        put_with("PutObject with ACL public-read", reader=anyone, ACL="public-read"),
        put_with("PutObject with a grant to everyone", reader=anyone, GrantRead=everyone),
        put_with("PutObject with a grant to another account", reader=stranger, GrantFullControl=f'id="{store.account}"'),
        put_with("PutObject with tags", Tagging="a=b"),
        put_with("PutObject with a storage class", StorageClass="STANDARD"),
        put_with("PutObject with a legal hold", {"InvalidRequest"}, ObjectLockLegalHoldStatus="ON"),
        put_with("PutObject with a redirect", WebsiteRedirectLocation="https://a.example/"),
        Request("PutObject that appends", "more", append, delete, {"InvalidBucketState"}),
        create_with("CreateMultipartUpload with ACL public-read", reader=anyone, ACL="public-read"),
        create_with("CreateMultipartUpload with a grant to everyone", reader=anyone, GrantRead=everyone),
        create_with(
            "CreateMultipartUpload with a grant to another account", reader=stranger, GrantFullControl=f'id="{store.account}"'),
        create_with("CreateMultipartUpload with tags", Tagging="a=b"),
        Request("CopyObject (source)", "more", copy_from, store.put),
        Request("UploadPartCopy (source)", "more", copy_part_from, lambda place: store.upload(store.inside)),
        Request("GetObject by a presigned URL", "more", presigned("get_object", "GET"), store.put),
        Request("PutObject by a presigned URL", "more", presigned("put_object", "PUT", CONTENT)),
        Request("DeleteObject by a presigned URL", "more", presigned("delete_object", "DELETE"), store.put),
        Request("PostObject by a signed form", "more", form),
        Request("GetObject of version null", "more", version("GET"), store.put),
        Request("DeleteObject of version null", "more", version("DELETE"), store.put),
        Request("PutObject with `../` in the key", "break", over_dots("PUT", "../"), store.put),
        Request("PutObject with `%2e%2e/` in the key", "break", over_dots("PUT", "%2e%2e/"), store.put),
        Request("PutObject with `..%2f` in the key", "break", over_dots("PUT", "..%2f"), store.put),
        Request("GetObject with `../` in the key", "break", over_dots("GET", "../"), store.put),
        Request("GetObject with `%2e%2e/` in the key", "break", over_dots("GET", "%2e%2e/"), store.put),
        Request("GetObject with a slash before the key", "more", slash_before("GET"), put_slashed),
        Request("PutObject with a slash before the key", "more", slash_before("PUT", CONTENT)),
        Request("HeadObject of a missing key (404)", "more", missing),
        Request("GetObject in another bucket", "bucket", elsewhere("GET")),
        Request("PutObject in another bucket", "bucket", elsewhere("PUT", CONTENT)),
    ]


def buckets(store):
    """Operations on the bucket. What is set is removed again by the operator's own attempt."""
    numbers = iter(range(1000))

    # Ceph ignores unknown parts of the query, and so takes the request for one that creates, lists or deletes the bucket.
    other = {"InvalidArgument", "BucketNotEmpty"}

    def of(operation, reached=(), unknown=(), prepare=lambda place: None, **parameters):
        def send(keys, place, prepared):
            keys.call("s3", method(operation), Bucket=store.bucket, **parameters)

        return Request(operation, "bucket", send, prepare, set(reached), set(unknown), operation)

    def raw(operation, verb, query, body=b""):
        return Request(
            operation, "bucket", lambda keys, place, prepared: keys.send(verb, f"/{store.bucket}?{query}", body),
            unknown=other, operation=operation)

    def topic(place):
        try:
            store.operator.call("sns", "create_topic", Name=store.bucket)
        except Refusal as refusal:
            if refusal.code != "405":
                raise

    def name(place):
        return f"{store.bucket}-{next(numbers)}"

    def new(place):
        bucket = name(place)
        store.operator.call("s3", "create_bucket", Bucket=bucket)
        return bucket

    def create(keys, place, bucket):
        keys.call("s3", "create_bucket", Bucket=bucket)

    def configuration(kind, item):
        """The four operations of a kind of configurations with ids."""
        plural = f"ListBucket{kind}Configurations"
        return [
            of(f"PutBucket{kind}Configuration", unknown=other, Id="one", **{f"{kind}Configuration": item}),
            of(f"GetBucket{kind}Configuration", Id="one"),
            of(plural),
            of(f"DeleteBucket{kind}Configuration", unknown=other, Id="one"),
        ]

    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam:::user/%s"]},'
        '"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::%s/nothing"]}]}' % (store.account, store.bucket)
    )
    rule = {"ID": "one", "Filter": {"Prefix": "nothing/"}, "Status": "Enabled", "Expiration": {"Days": 1}}
    old_rule = {"ID": "one", "Prefix": "nothing/", "Status": "Enabled", "Expiration": {"Days": 1}}
    destination = {"Bucket": f"arn:aws:s3:::{store.other}"}
    return [
        Request("CreateBucket", "bucket", create, name, operation="CreateBucket"),
        Request(
            "DeleteBucket", "bucket", lambda keys, place, bucket: keys.call("s3", "delete_bucket", Bucket=bucket), new,
            operation="DeleteBucket"),
        of("HeadBucket"),
        of("GetBucketLocation"),
        of("GetBucketAcl"),
        of("PutBucketAcl", ACL="private"),
        of("PutPublicAccessBlock", PublicAccessBlockConfiguration={"IgnorePublicAcls": True}),
        of("GetPublicAccessBlock"),
        of("DeletePublicAccessBlock"),
        of("PutBucketPolicy", Policy=policy),
        of("GetBucketPolicy"),
        of("GetBucketPolicyStatus"),
        of("DeleteBucketPolicy"),
        of("GetBucketVersioning"),
        of("PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"}),
        of("PutBucketCors", CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]}),
        of("GetBucketCors"),
        of("DeleteBucketCors"),
        of("PutBucketTagging", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}),
        of("GetBucketTagging"),
        of("DeleteBucketTagging"),
        of("PutBucketLifecycle", LifecycleConfiguration={"Rules": [old_rule]}),
        of("GetBucketLifecycle"),
        of("PutBucketLifecycleConfiguration", LifecycleConfiguration={"Rules": [rule]}),
        of("GetBucketLifecycleConfiguration"),
        of("DeleteBucketLifecycle"),
        of("PutBucketWebsite", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}),
        of("GetBucketWebsite"),
        of("DeleteBucketWebsite"),
        of("PutBucketRequestPayment", RequestPaymentConfiguration={"Payer": "BucketOwner"}),
        of("GetBucketRequestPayment"),
        of("PutBucketEncryption", unknown=other, ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}),
        of("GetBucketEncryption"),
        of("DeleteBucketEncryption", unknown=other),
        of("PutBucketReplication", ReplicationConfiguration={"Role": "", "Rules": [
            {"ID": "one", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": "nothing/"},
             "DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": destination}]}),
        of("GetBucketReplication", {"ReplicationConfigurationNotFoundError"}),
        of("DeleteBucketReplication"),
        of("PutBucketLogging", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": store.other, "TargetPrefix": "log/"}}),
        of("GetBucketLogging"),
        of("PutObjectLockConfiguration", {"InvalidBucketState"}, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}),
        of("GetObjectLockConfiguration", {"ObjectLockConfigurationNotFoundError"}),
        of("PutBucketAccelerateConfiguration", unknown=other, AccelerateConfiguration={"Status": "Suspended"}),
        of("GetBucketAccelerateConfiguration"),
        of("PutBucketOwnershipControls", unknown=other, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}),
        of("GetBucketOwnershipControls"),
        of("DeleteBucketOwnershipControls", unknown=other),
        *configuration("Analytics", {"Id": "one", "StorageClassAnalysis": {}}),
        *configuration("IntelligentTiering", {
            "Id": "one", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}),
        *configuration("Inventory", {
            "Id": "one", "IsEnabled": True, "IncludedObjectVersions": "Current", "Schedule": {"Frequency": "Daily"},
            "Destination": {"S3BucketDestination": {**destination, "Format": "CSV"}}}),
        *configuration("Metrics", {"Id": "one"}),
        of("GetBucketNotification"),
        of("GetBucketNotificationConfiguration"),
        of("PutBucketNotification", unknown=other, prepare=topic, NotificationConfiguration={"TopicConfiguration": {
            "Id": "one", "Topic": f"arn:aws:sns:default::{store.bucket}", "Events": ["s3:ObjectCreated:*"]}}),
        of("PutBucketNotificationConfiguration", unknown=other, prepare=topic, NotificationConfiguration={"TopicConfigurations": [
            {"Id": "one", "TopicArn": f"arn:aws:sns:default::{store.bucket}", "Events": ["s3:ObjectCreated:*"]}]}),
        raw("GetBucketAbac", "GET", "abac"),
        raw("PutBucketAbac", "PUT", "abac", b"<AbacStatus><Status>Disabled</Status></AbacStatus>"),
        raw("CreateBucketMetadataConfiguration", "POST", "metadataConfiguration", b"<MetadataConfiguration/>"),
        raw("GetBucketMetadataConfiguration", "GET", "metadataConfiguration"),
        raw("DeleteBucketMetadataConfiguration", "DELETE", "metadataConfiguration"),
        raw("CreateBucketMetadataTableConfiguration", "POST", "metadataTable", b"<MetadataTableConfiguration/>"),
        raw("GetBucketMetadataTableConfiguration", "GET", "metadataTable"),
        raw("DeleteBucketMetadataTableConfiguration", "DELETE", "metadataTable"),
        raw("UpdateBucketMetadataInventoryTableConfiguration", "PUT", "metadataInventoryTable", b"<InventoryTableConfiguration/>"),
        raw("UpdateBucketMetadataJournalTableConfiguration", "PUT", "metadataJournalTable", b"<JournalTableConfiguration/>"),
        raw("CreateSession", "GET", "session"),
    ]


def services(store):
    """Operations of the account, and the store's other APIs."""

    def of(service, operation, reached=(), **parameters):
        return Request(
            f"{service}:{operation}" if service != "s3" else operation, "service",
            lambda keys, place, prepared: keys.call(service, method(operation), **parameters),
            reached=set(reached), operation=operation if service == "s3" else "")

    def raw(name, verb, path, unknown=(), operation=""):
        return Request(
            name, "service", lambda keys, place, prepared: keys.send(verb, path), unknown=set(unknown), operation=operation)

    role = f"{store.bucket}-role"
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam:::user/other"]},'
        '"Action":["sts:AssumeRole"]}]}'
    )
    wide_name = f"wide-{store.bucket}"
    wide = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}'
    return [
        of("s3", "ListBuckets"),
        raw("GET /?usage (the account's usage)", "GET", "/?usage"),
        raw("ListDirectoryBuckets", "GET", "/?x-id=ListDirectoryBuckets", operation="ListDirectoryBuckets"),
        of("s3", "WriteGetObjectResponse", RequestRoute="route", RequestToken="token", Body=CONTENT),
        of("sts", "AssumeRole", RoleArn=store.role_arn, RoleSessionName="again"),
        of("sts", "GetCallerIdentity"),
        of("iam", "ListRoles"),
        of("iam", "CreateRole", RoleName=role, AssumeRolePolicyDocument=trust),
        of("iam", "GetRole", RoleName=role),
        of("iam", "PutRolePolicy", RoleName=role, PolicyName=wide_name, PolicyDocument=wide),
        of("iam", "ListRolePolicies", RoleName=role),
        of("iam", "GetRolePolicy", RoleName=role, PolicyName=wide_name),
        of("iam", "UpdateAssumeRolePolicy", RoleName=role, PolicyDocument=trust),
        of("iam", "DeleteRolePolicy", RoleName=role, PolicyName=wide_name),
        of("iam", "DeleteRole", RoleName=role),
        of("iam", "PutUserPolicy", UserName=store.user, PolicyName=wide_name, PolicyDocument=wide),
        of("sts", "GetSessionToken"),
        of("iam", "ListUserPolicies", UserName=store.user),
        of("iam", "DeleteUserPolicy", UserName=store.user, PolicyName=wide_name),
        of("iam", "CreateUser", UserName="new"),
        of("iam", "CreateAccessKey", UserName=store.user),
        of("iam", "CreateOpenIDConnectProvider", {"409"}, Url=f"https://{store.bucket}.example", ThumbprintList=["0" * 40]),
        of("sns", "CreateTopic", Name=f"{store.bucket}"),
        of("sns", "ListTopics"),
        raw("admin: read a user", "GET", f"/admin/user?uid={store.user}"),
        raw("admin: create keys", "PUT", f"/admin/user?key&uid={store.user}&key-type=s3"),
        raw("admin: read a bucket", "GET", f"/admin/bucket?bucket={store.bucket}"),
        raw("admin: read the usage", "GET", "/admin/usage"),
        # Swift accepts only keys of its own.
        raw("Swift: list the containers", "GET", "/swift/v1", unknown={"301", "403", "404"}),
        raw("Swift: list the bucket", "GET", f"/swift/v1/{store.bucket}", unknown={"301", "403", "404"}),
    ]
