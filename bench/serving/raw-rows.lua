-- One raw row in each request, as people write them down, no two alike, for wrk. KEY: the endpoint's key.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
if os.getenv("KEY") then wrk.headers["Authorization"] = "Bearer " .. os.getenv("KEY") end
local jobs = {" Adm-clerical", "sales ", "Exec-Managerial", " tech-support "}
local i = 0
request = function()
  i = i + 1
  return wrk.format(nil, nil, nil, string.format('{"age":%d,"workclass":" Private ","fnlwgt":%d,"education":"Bachelors","education_num":13,"marital_status":"Never-married","occupation":"%s","relationship":"Not-in-family","race":"White","sex":"Male","capital_gain":%s,"capital_loss":0,"hours_per_week":"%d h","native_country":"United-States"}', 20 + i % 50, 50000 + i * 17 % 200000, jobs[i % 4 + 1], (i % 10 == 0) and "null" or "0", 30 + i % 20))
end
