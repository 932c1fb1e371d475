import 'nearside/worker'
